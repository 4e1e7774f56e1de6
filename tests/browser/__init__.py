"""What only a browser can tell: policy, layout, keyboard, contrast."""
