"""What the pages are made of: the skeleton, components, template tags, own style and script."""
