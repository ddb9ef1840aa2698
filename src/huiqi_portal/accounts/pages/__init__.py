"""The pages of users, administrators, officers and auditors."""
