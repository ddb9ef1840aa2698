"""Who gets what when there is not enough, and what public money does where it is put in together with others'."""
