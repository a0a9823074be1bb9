-- Write one part of a checkpoint that does not count yet. KEYS: parts. ARGV: part, seconds that it may stay unfinished.
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
