-- Forget stashed puts up to a number. KEYS: stash. ARGV: number. Returns how many are left.
while true do
  local first = redis.call('LINDEX', KEYS[1], 0)
  if not first or tonumber(string.match(first, '^(%d+) ')) > tonumber(ARGV[1]) then
    return redis.call('LLEN', KEYS[1])
  end
  redis.call('LPOP', KEYS[1])
end
