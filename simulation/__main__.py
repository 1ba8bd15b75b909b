"""python -m simulation: run the real bot from a range of seeds, with every promise checked."""

import sys

import click

from simulation.batch import report


@click.command()
@click.option("--seed", default=1, show_default=True, help="The first seed. The same seed is always the same run.")
@click.option("--seeds", default=1, show_default=True, type=click.IntRange(1), help="How many, one after the other.")
@click.option("--days", default=1.0, show_default=True, type=click.FloatRange(0.1, 60), help="How long each lasts.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1), help="How many at the same time.")
@click.option("--verbose", is_flag=True, help="Tell every event.")
def main(seed: int, seeds: int, days: float, processes: int, *, verbose: bool) -> None:
    """Run the real bot against a simulated Slack, clock and people with faults, and check every promise."""
    if not report(range(seed, seed + seeds), days, processes, click.echo, verbose=verbose):
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name="python -m simulation")
