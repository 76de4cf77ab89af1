"""What the use cases publish in the cloud: here, messages go to the terminal."""

from driftline.cli.output import Output


class TerminalOperators:
    """Operators: the user of the command is the operator."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def notify(self, subject: str, message: str) -> None:
        self._output.note(f"{subject}\n{message}")
