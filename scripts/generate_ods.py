"""Generate raw exports (ODS files) of a coupon shop: realistic, repeatable, clean or dirty."""

import math
import signal
import sys
from datetime import date, timedelta
from pathlib import Path

import click
from tqdm import tqdm

from coupon_rfm.generator.build import Builder
from coupon_rfm.generator.files import check_target, replaced_folder
from coupon_rfm.generator.names import check_language
from coupon_rfm.generator.settings import DEFAULT_END_DATE, Settings, read_test_accounts


class DateOption(click.ParamType):
    """A calendar day written YYYY-MM-DD."""

    name = "date"

    def convert(self, value, param, ctx):  # noqa: D102
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like {DEFAULT_END_DATE}.", param, ctx)


@click.command(context_settings={"max_content_width": 100, "show_default": True})
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder to write; it appears only when complete.",
)
@click.option("--seed", type=click.IntRange(0), default=20, help="Same seed, same bytes.")
@click.option(
    "--sends", type=click.IntRange(1, 10**9), default=100_000, help="Coupon sends, without copies."
)
@click.option(
    "--days",
    type=click.IntRange(30, 760),
    default=420,
    help="Days of history; below 400 the 365-day window is not full everywhere.",
)
@click.option("--end-date", type=DateOption(), default=DEFAULT_END_DATE, help="Last day.")
@click.option("--shops", type=click.IntRange(1, 5), default=3, help="Shops, 500 products each.")
@click.option(
    "--format", "file_format", type=click.Choice(["csv", "parquet"]), default="csv", help="Files."
)
@click.option(
    "--batches", is_flag=True, help="Write TABLE/dt=YYYY-MM-DD/part-0 files instead of one a table."
)
@click.option("--yearly", is_flag=True, help="Write each table of facts as TABLE/YYYY files.")
@click.option(
    "--dirty-rate",
    type=click.FloatRange(0, 5),
    default=1.0,
    help="Multiplies the usual shares of defects; 0 is perfectly clean.",
)
@click.option("--language", default="zh_CN", help="Language of names, as Faker writes it.")
@click.option("--force", is_flag=True, help="Replace all of --out when it is not empty.")
def generate(
    out: Path,
    seed: int,
    sends: int,
    days: int,
    end_date: date,
    shops: int,
    file_format: str,
    batches: bool,
    yearly: bool,
    dirty_rate: float,
    language: str,
    force: bool,
) -> None:
    """Write the eight raw tables and, below truth/, what was planted in them.

    The same options give the same bytes on any machine. truth/dirty_manifest.csv lists every
    planted defect with the outcome that docs/rules.md demands; no model reads truth/.

    \b
    Examples:
      python scripts/generate_ods.py --out exports --sends 1000000
      python scripts/generate_ods.py --out exports --batches --dirty-rate 0 --format parquet
    """  # noqa: D301 - click needs the control character
    if math.isnan(dirty_rate):
        raise click.UsageError("--dirty-rate nan: a number from 0 to 5 is needed.")
    if not (end_date - timedelta(days=days)).year >= 2002 or end_date.year > 2097:
        raise click.UsageError(f"--end-date {end_date}: events must lie between 2002 and 2097.")
    if batches and yearly:
        raise click.UsageError("--batches and --yearly: files are by day or by year, give one.")
    out = out.resolve()
    try:
        check_target(out, force)
        check_language(language)
        test_consumers, test_agents = read_test_accounts()
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    settings = Settings(
        out=out,
        seed=seed,
        sends=sends,
        days=days,
        end_date=end_date,
        shops=shops,
        format=file_format,
        batches=batches,
        yearly=yearly,
        dirty_rate=dirty_rate,
        language=language,
        test_consumers=test_consumers,
        test_agents=test_agents,
    )
    with (
        replaced_folder(out) as folder,
        tqdm(total=sends, unit=" sends", unit_scale=True, mininterval=0.5) as bar,
    ):
        rows = Builder(folder, settings).build(bar.update)
    click.echo(", ".join(f"{table} {count:,}" for table, count in rows.items()) + f" rows in {out}")


def main() -> None:
    """Run the command; errors are one sentence on stderr and exit code 2."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the scratch folder goes
    try:
        generate.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted; nothing was written.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        click.echo(f"Error: {error.format_message()}", err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"Error: --out cannot be written: {error}.", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
