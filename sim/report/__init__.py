"""Charts, tables and words in Chinese and English; computes nothing."""
