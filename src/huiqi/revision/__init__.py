"""What if the text were different: reforms as patches over packs."""
