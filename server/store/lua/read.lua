-- Read a log on from a position, in one consistent look.
-- KEYS: meta, log. ARGV: epoch ('' from the start), version, tag known of it ('' none), limit, most bytes.
-- Returns: ok, epoch, head, version before the first payload, tag of the last payload, payloads ...
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'trimmed', 'tag', 'trimmed_tag')
local epoch = meta[1] or ''
if epoch == '' then
  return {ARGV[1] == '' and 'none' or 'lost', '', 0}
end
local head, trimmed, after = tonumber(meta[2]), tonumber(meta[3] or '0'), tonumber(ARGV[2])
if ARGV[1] ~= '' then
  -- Whoever knows the tag has seen it: the log has lost its end, and must not grow another under the same epoch.
  if ARGV[1] == epoch and after > head and ARGV[3] ~= '' then
    return {'fork', epoch, head}
  end
  if ARGV[1] ~= epoch or after > head or after < trimmed then
    return {'lost', epoch, head}
  end
  if ARGV[3] ~= '' and after > 0 then
    local tag
    if after == head then
      tag = meta[4]
    elseif after == trimmed then
      tag = meta[5]
    else
      local id = string.format('%.0f-0', after)
      local found = redis.call('XRANGE', KEYS[2], id, id)
      tag = found[1] and found[1][2][4]
    end
    if tag ~= ARGV[3] then
      return {'fork', epoch, head}
    end
  end
end
local first = math.max(after, trimmed)
local limit, budget = tonumber(ARGV[4]), tonumber(ARGV[5])
local reply = {'ok', epoch, head, first, first == head and meta[4] or (first == trimmed and meta[5] or '') or ''}
local version, bytes = first, 0
while version < head and version - first < limit and bytes < budget do
  local count = math.min(limit - (version - first), 200)
  local found = redis.call('XRANGE', KEYS[2], string.format('%.0f-0', version + 1), '+', 'COUNT', count)
  if #found == 0 then
    return {'hole', epoch, version}
  end
  for _, entry in ipairs(found) do
    version = version + 1
    if entry[1] ~= string.format('%.0f-0', version) then
      return {'hole', epoch, version - 1}
    end
    reply[#reply + 1] = entry[2][2]
    reply[5] = entry[2][4]
    bytes = bytes + #entry[2][2]
    if bytes >= budget then
      break
    end
  end
end
return reply
