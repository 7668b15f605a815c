#!/usr/bin/env python3
"""What is judged and written about figures, by figures that are made up."""
import json
import sys
import tempfile
import unittest
from dataclasses import asdict
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from report import document, plot  # noqa: E402
from report.contest import Contestant, Failed, take_turns  # noqa: E402
from report.figures import Figure, Row, ratios, shown, table  # noqa: E402
from report.growth import Curve  # noqa: E402
from report.run import Report  # noqa: E402


def row(values, goal, more_is_better=True):
    return Row("name", "title", "× raw", goal, more_is_better, figure=Figure.of(values))


class Judgement(unittest.TestCase):
    def test_a_goal_is_reached_from_its_own_side(self):
        self.assertEqual(row([0.9, 1.0, 1.1], 1.0).met, "yes")
        self.assertEqual(row([0.8, 0.9, 1.1], 1.0).met, "no")
        self.assertEqual(row([0.8, 0.9, 1.1], 1.0, more_is_better=False).met, "yes")
        self.assertEqual(row([], 1.0).met, "not measured")
        self.assertEqual(row([1], None).met, "")

    def test_a_peer_is_ahead_only_beyond_the_noise(self):
        ours = [10, 10, 10, 10]
        within, beyond = row(ours, 5), row(ours, 5)
        within.compare("peer", Figure.of([9, 12, 9, 12]), ours, [9, 12, 9, 12])
        beyond.compare("peer", Figure.of([12, 12, 12, 12]), ours, [12, 12, 12, 12])
        self.assertEqual(within.met, "yes")
        self.assertEqual(beyond.met, "no: peer ahead")

    def test_less_is_ahead_where_less_is_better(self):
        ours, theirs = [10, 10, 10], [8, 8, 8]
        fewer = row(ours, 20, more_is_better=False)
        fewer.compare("small", Figure.of(theirs), ours, theirs)
        fewer.compare("large", Figure.of([30, 30, 30]), ours, [30, 30, 30])
        self.assertEqual((fewer.best_peer, fewer.met), ("small", "no: small ahead"))

    def test_ratios_are_of_the_same_round(self):
        self.assertEqual(ratios([2, None, 6], [1, 2, 3]), [2, 2])

    def test_figures_have_three_digits(self):
        self.assertEqual([shown(value) for value in (0.123, 12.34, 1234.5, 5.0, 0, None)], ["0.12", "12.3", "1,234", "5", "0", "–"])


class Turns(unittest.TestCase):
    def test_each_round_begins_with_another_and_failures_end(self):
        contestants, order = [Contestant(name, [], []) for name in "abc"], []

        def measure(contestant):
            order.append(contestant.name)
            if contestant.name == "b":
                raise Failed("unsupported")
            return {}

        take_turns(contestants, measure, 3, lambda text: None)
        self.assertEqual("".join(order), "abc" + "ca" + "ca")
        self.assertEqual(contestants[1].results, [None])


class Documents(unittest.TestCase):
    def report(self):
        curve = Curve("title", "sessions", "ns", {"once": [(1, Figure.of([1])), (1000, Figure.of([30]))]})
        return Report("a run", [row([0.5], 0.4)], [row([2.0], None)], [curve], {})

    def test_results_can_be_read_again(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "results.json")
            self.report().save(file)
            again = Report.load(file)
        self.assertEqual(table(again.beside), table(self.report().beside))
        self.assertEqual(json.dumps(asdict(again.curves[0])), json.dumps(asdict(self.report().curves[0])))

    def test_only_what_stands_between_markers_is_written_anew(self):
        page = "before\n<!-- x -->\nold\n<!-- end of x -->\nafter\n"
        self.assertEqual(document.replaced(page, "x", "new"), page.replace("old", "new"))
        with self.assertRaises(SystemExit):
            document.replaced(page, "y", "new")

    def test_pictures_are_drawn(self):
        self.assertIn("0.50", plot.bars(self.report().beside))
        self.assertIn("sessions", plot.lines(self.report().curves))


if __name__ == "__main__":
    unittest.main()
