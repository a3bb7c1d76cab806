"""The demo company 岚序 LANXU: an invented fashion brand on which every rule and report shows something."""
