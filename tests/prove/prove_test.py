"""That scripts/prove sees what went wrong: a check that fails, one that cannot be run, one that has done nothing."""

import re
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import prove
from checks import IN_OTHER_ROOMS, SIZES, Check, all_checks


def check(program, **more):
    return Check("G1", "a check", [sys.executable, "-c", program], [], size=r"^(\d+) calls", unit="calls", **more)


class Prove(unittest.TestCase):
    def result_of(self, program, size="quick", **more):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(prove, "LOGS", Path(folder)):
            run = prove.Run(check(program, **more), size)
            while (result := run.result()) is None:
                pass
            return result.verdict, result.is_good, result.size, result.figures

    def test_what_holds(self):
        self.assertEqual(self.result_of("print('7 calls')"), ("0", True, "7 calls", ""))

    def test_what_is_violated(self):
        self.assertEqual(self.result_of("print('7 calls\\nviolations 3'); exit(1)", violations=r"^violations (\d+)"),
                         ("3", False, "7 calls", ""))
        self.assertEqual(self.result_of("print('7 calls'); exit(1)"), ("failed", False, "7 calls", ""))
        self.assertEqual(self.result_of("print('7 calls\\nviolations 0'); exit(1)", violations=r"^violations (\d+)"),
                         ("failed", False, "7 calls", ""))

    def test_what_was_not_run(self):
        self.assertEqual(self.result_of("exit(77)"), ("skipped", True, "–", ""))
        self.assertEqual(self.result_of("pass"), ("did nothing", False, "–", ""))  # and ended well

    def test_what_does_not_end(self):
        with mock.patch.dict(prove.LIMIT, quick=0.1):
            self.assertEqual(self.result_of("while True: pass"), ("no end", False, "–", ""))

    def test_what_is_measured(self):
        self.assertEqual(self.result_of("print('7 calls\\nrate 5')", figures=r"^rate \d", is_measured=True),
                         ("measured", True, "7 calls", "rate 5"))

    def test_what_is_interrupted(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(prove, "LOGS", Path(folder)):
            begun = []
            progress = mock.Mock(show=begun.extend)  # as Ctrl-C would come
            with mock.patch.object(prove.time, "sleep", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
                prove.run_all([check("while True: pass")], "quick", progress)
            self.assertEqual([run.process.returncode for run in begun], [-9])

    def test_the_attacks_of_other_rooms_are_all_there(self):
        here = Path(__file__).resolve().parents[1]
        page = (here.parent / "docs" / "testing.md").read_text(encoding="utf-8")
        table = page[page.index("| row | what is done |"):].split("\n\n")[0]
        attacks = "".join(file.read_text(encoding="utf-8") for file in (here / "attacks").glob("*"))
        for name in re.findall(r"`([A-Z]\w+)[.`]", table):
            if not re.search(rf"\b{name}\b", attacks):
                self.assertRegex(f"{name}.", re.compile(IN_OTHER_ROOMS), name)

    def test_sizes(self):
        text = "import os, sys; print(os.environ['CALLS'], 'calls')"
        more = {"variables": {"CALLS": "{calls}"}, "sizes": {"calls": ("1", "20", "300")}}
        self.assertEqual([self.result_of(text, size, **more)[2] for size in SIZES], ["1 calls", "20 calls", "300 calls"])

    def test_every_check_has_all_sizes(self):
        for size in SIZES:
            for one in all_checks(size):
                self.assertTrue(all(one.command(size)) and all(one.environment(size).values()), one.test)

    def test_logs_have_names_of_their_own(self):
        names = [one.test for one in all_checks("nightly")]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
