-- Say whether a checkpoint may be kept, and which one it would replace.
-- KEYS: meta, log. ARGV: epoch, version, tag known of it ('' none).
-- Returns: ok, name of the one kept ('' none); or old, lost, fork.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'trimmed', 'tag', 'trimmed_tag', 'saved', 'saved_name')
local head, version = tonumber(meta[2] or '0'), tonumber(ARGV[2])
if meta[1] == ARGV[1] and version > head and ARGV[3] ~= '' then
  return {'fork', meta[1], head}
end
if not meta[1] or meta[1] ~= ARGV[1] or version > head then
  return {'lost', meta[1] or '', head}
end
if tonumber(meta[6] or '-1') >= version then
  return {'old'}
end
local trimmed = tonumber(meta[3] or '0')
if ARGV[3] ~= '' and version > 0 and version >= trimmed then
  local tag
  if version == head then
    tag = meta[4]
  elseif version == trimmed then
    tag = meta[5]
  else
    local id = string.format('%.0f-0', version)
    local found = redis.call('XRANGE', KEYS[2], id, id)
    tag = found[1] and found[1][2][4]
  end
  if tag ~= ARGV[3] then
    return {'fork', meta[1], head}
  end
end
return {'ok', meta[7] or ''}
