-- Say when a room has to be opened, and note that the index will be told. KEYS: meta.
local wake = redis.call('HGET', KEYS[1], 'wake_at')
if redis.call('EXISTS', KEYS[1]) == 1 then
  if wake then
    redis.call('HSET', KEYS[1], 'indexed', wake)
  else
    redis.call('HDEL', KEYS[1], 'indexed')
  end
end
return wake
