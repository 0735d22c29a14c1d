"""Known answers through ordinary scenario folders: is what the engine computes what theory says?"""
