"""What to do: figures varied, a limit parted among steps and offices, reforms one by one."""
