from django.apps import AppConfig


class CommandConfig(AppConfig):
    name = "lienthong.oversight.command"
    label = "command"
