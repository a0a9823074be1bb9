-- Take or renew a claim to be alive. KEYS: leases, dropped. ARGV: node, until.
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
