"""The desk (台前): one box that finds, the household card, and a new matter in a few keystrokes."""
