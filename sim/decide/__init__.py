"""What to do: figures varied, the fewest people, a limit parted among steps and offices, reforms one by one."""
