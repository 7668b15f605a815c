#include "backend/printer.hpp"

#include <string>

#include <gtest/gtest.h>

namespace oncec::backend {
namespace {

TEST(Printer, TakesOffTheIndentationThatAllLinesShare) {
  Printer printer;
  printer.emit(R"(
    one
      two
  )");
  EXPECT_EQ(printer.text(), "one\n  two\n");
}

TEST(Printer, PutsValuesInPlace) {
  Printer printer;
  printer.emit("$a$ and $b$, $a$ for 1 $$", {{"a", "x"}, {"b", std::string{"y"}}});
  EXPECT_EQ(printer.text(), "x and y, x for 1 $\n");
}

TEST(Printer, IndentsBlocksAsTheirPlace) {
  Printer printer;
  printer.emit(R"(
    begin
      $inner$
    end
  )",
               {{"inner", [&] {
                   printer.emit(R"(
                     if
                       $then$
                   )",
                                {{"then", [&] { printer.emit("deep"); }}});
                 }}});
  EXPECT_EQ(printer.text(), "begin\n  if\n    deep\nend\n");
}

TEST(Printer, IndentsEveryLineOfAString) {
  Printer printer;
  printer.emit("  $text$", {{"text", "one\n  two"}});
  printer.emit(R"(
    {
      $text$
    }
  )",
               {{"text", "one\n  two"}});
  EXPECT_EQ(printer.text(), "one\n  two\n{\n  one\n    two\n}\n");
}

TEST(Printer, LeavesNoLineForWhatIsEmpty) {
  Printer printer;
  printer.emit(R"(
    one
    $nothing$
    $block$
    two
  )",
               {{"nothing", ""}, {"block", [] {}}});
  EXPECT_EQ(printer.text(), "one\ntwo\n");
}

TEST(Printer, JoinsEmptyLinesAndDropsThemInsideBraces) {
  Printer printer;
  printer.emit("\n\none {\n\n\ntwo\n\n\nthree\n\n}");
  EXPECT_EQ(printer.text(), "one {\ntwo\n\nthree\n}\n");
}

TEST(Printer, KeepsEmptyLinesInsideNamespaces) {
  Printer printer;
  printer.emit("namespace a {\n\none\n\n}  // namespace a");
  EXPECT_EQ(printer.text(), "namespace a {\n\none\n\n}  // namespace a\n");
}

TEST(PrinterDeathTest, EndsTheProgramAtAMistake) {
  Printer printer;
  EXPECT_DEATH(printer.emit("$missing$"), "no value for 'missing'");
  EXPECT_DEATH(printer.emit("text", {{"unused", "x"}}), "nothing uses 'unused'");
  EXPECT_DEATH(printer.emit("a $block$", {{"block", [] {}}}), "not alone on its line: 'block'");
  EXPECT_DEATH(printer.emit("$open", {{"open", "x"}}), "no end of");
}

}  // namespace
}  // namespace oncec::backend
