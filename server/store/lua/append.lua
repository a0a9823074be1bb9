-- Append payloads as the next versions of a log, all or none.
-- KEYS: meta, log, stash.
-- ARGV: expected epoch and version, tag known of that version ('' none), epoch of a new log, tag of this append,
--       wake time ('' none), wake time that the index was just given ('' none), command to publish with ('' none),
--       channel, puts ('' none), payloads ...
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'tag', 'indexed')
local epoch, version = meta[1] or '', tonumber(meta[2] or '0')
-- Whoever knows the tag has seen that version: the log has lost its end, and must not grow another under this epoch.
if epoch ~= '' and epoch == ARGV[1] and tonumber(ARGV[2]) > version and ARGV[3] ~= '' then
  return {'fork', epoch, version}
end
if epoch ~= ARGV[1] or version ~= tonumber(ARGV[2]) then
  return {'conflict', epoch, version}
end
if ARGV[3] ~= '' and meta[3] ~= ARGV[3] then
  return {'fork', epoch, version}
end
-- The index of wake times lies elsewhere, and must never say a later time than this log.
local wake, indexed, written = tonumber(ARGV[6]), tonumber(meta[4]), tonumber(ARGV[7])
if written and (not indexed or written < indexed) then
  indexed = written
end
if wake and (not indexed or wake < indexed) then
  return {'index', epoch, version}
end
if epoch == '' then
  epoch = ARGV[4]
end
for each = 11, #ARGV do
  version = version + 1
  redis.call('XADD', KEYS[2], string.format('%.0f-0', version), 'p', ARGV[each], 't', ARGV[5])
end
redis.call('HSET', KEYS[1], 'epoch', epoch, 'version', string.format('%.0f', version))
if #ARGV > 10 then
  redis.call('HSET', KEYS[1], 'tag', ARGV[5])
end
if wake then
  redis.call('HSET', KEYS[1], 'wake_at', ARGV[6])
else
  redis.call('HDEL', KEYS[1], 'wake_at')
end
if indexed then
  redis.call('HSET', KEYS[1], 'indexed', string.format('%.0f', indexed))
end
local stashed = 0
if ARGV[10] ~= '' then
  stashed = redis.call('HINCRBY', KEYS[1], 'stashed', 1)
  redis.call('RPUSH', KEYS[3], string.format('%.0f ', stashed) .. ARGV[10])
end
if ARGV[8] ~= '' and #ARGV > 10 then
  redis.call(ARGV[8], ARGV[9], string.format('%.0f', version))
end
return {'ok', epoch, version, stashed}
