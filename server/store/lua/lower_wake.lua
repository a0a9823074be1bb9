-- Have the index say a time that is no later. KEYS: wakes, marks. ARGV: room, wake time, mark.
redis.call('ZADD', KEYS[1], 'LT', ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 1
