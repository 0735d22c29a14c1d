"""How faithful what is found in real logs is: ``make fidelity``."""
