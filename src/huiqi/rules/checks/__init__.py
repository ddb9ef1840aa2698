"""What a line alone cannot show, one kind of fault a file; `rules.check` asks them all."""
