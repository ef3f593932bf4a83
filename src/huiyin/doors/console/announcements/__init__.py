"""The pages of announcements (通知公告): drafts, one of them, what hangs where."""
