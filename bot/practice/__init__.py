"""Practice situations for staff and marked drills for leads."""
