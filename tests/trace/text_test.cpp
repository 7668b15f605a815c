// Events as lines: nothing is lost, and nothing from the wire gets through as it is.
#include <sstream>

#include <gtest/gtest.h>

#include <once/trace/text.hpp>

namespace once::trace {
namespace {

TraceEvent full_event() {
  TraceEvent event;
  event.at = Time{Duration{1'000'000'007}};
  event.host = "client-1";
  event.step = TraceStep::Received;
  event.call = 7;
  event.id = {0x5f0c00000000a203, 3};
  event.semantics = Semantics::AtLeastOnce;
  event.attempt = 2;
  event.message = 0x90;
  event.packet = 0xABC;
  event.octets = 120;
  event.epoch = {4, 0x89abcdef01234567};
  event.expected = {3, 1};
  event.acknowledged_through = 2;
  event.acknowledged_beyond = 0x11;
  event.verdict = Verdict::Replay;
  event.outcome = OutcomeKind::Unknown;
  event.reason = Errc::epoch_changed;
  event.deadline = std::chrono::milliseconds{1500};
  event.peer = "udp://[::1]:7000";
  event.operation = "deposit";
  event.text = "a \"word\" with \\ and = in it";
  return event;
}

constexpr std::string_view kFullLine =
    "at=1.000000007 host=client-1 step=received call=7 id=5f0c00000000a203:f3 semantics=at-least-once "
    "message=REPLY from=server attempt=2 octets=120 packet=0000000000000abc acked=2 "
    "acked_beyond=0000000000000011 epoch=4-89abcdef01234567 expected=3-0000000000000001 verdict=Replay "
    "outcome=Unknown reason=epoch_changed deadline=1.500000000 peer=udp://[::1]:7000 operation=deposit "
    "text=\"a \\\"word\\\" with \\\\ and = in it\"";

TEST(TraceLine, SaysEverything) {
  EXPECT_EQ(to_line(full_event()), kFullLine);
}

TEST(TraceLine, IsReadAsItWasWritten) {
  const auto event = from_line(kFullLine);
  ASSERT_TRUE(event);
  EXPECT_EQ(to_line(*event), kFullLine);
  EXPECT_EQ(event->text, full_event().text);
  EXPECT_EQ(event->at, full_event().at);
  EXPECT_EQ(event->id, full_event().id);
}

TEST(TraceLine, KnowsEveryStepMessageAndReason) {
  for (int step = 0; step <= static_cast<int>(TraceStep::Abandoned); ++step) {
    TraceEvent event = full_event();
    event.step = static_cast<TraceStep>(step);
    const auto again = from_line(to_line(event));
    ASSERT_TRUE(again) << to_line(event);
    EXPECT_EQ(again->step, event.step);
  }
  for (unsigned number = 0; number < 0x200; ++number) {
    TraceEvent event = full_event();
    event.message = static_cast<std::uint8_t>(number);
    event.reason = static_cast<Errc>(number);
    const auto again = from_line(to_line(event));
    ASSERT_TRUE(again) << to_line(event);
    EXPECT_EQ(again->message, event.message) << to_line(event);
    EXPECT_EQ(again->reason, event.reason) << to_line(event);
    const std::string text = make_error_code(event.reason).message();
    EXPECT_EQ(text == "unknown error", reason_name(event.reason) == std::to_string(number)) << text;
  }
}

/// A17 of the fault model: what comes from outside writes no lines of its own.
TEST(TraceLine, EscapesAndBoundsWhatComesFromOutside) {
  std::string hostile;
  for (int octet = 0; octet < 256; ++octet) hostile += static_cast<char>(octet);
  TraceEvent event;
  event.host = event.operation = event.peer = event.text =
      hostile + "\nat=0.000000000 step=crashed" + hostile;
  const std::string line = to_line(event);
  for (const char letter : line) EXPECT_TRUE(letter >= ' ' && letter <= '~') << static_cast<int>(letter);
  EXPECT_LE(line.size(), 4 * (4 * kWordMax + 16) + 64);
  const auto again = from_line(line);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->operation, hostile);  // its first 256 octets
  const std::string shown = printable(hostile);
  for (const char letter : shown) EXPECT_TRUE(letter >= ' ' && letter <= '~');
}

TEST(TraceLine, ThatIsCutOrWrongIsNoEvent) {
  const std::string line{kFullLine};
  const std::string whole = to_line(*from_line(line));
  for (std::size_t size = 0; size < line.size(); ++size) {
    const auto event = from_line(line.substr(0, size));  // a shorter line may be one
    if (event) {
      EXPECT_LT(to_line(*event).size(), whole.size());
    }
  }
  for (const char* const bad :
       {"", "step=sent", "at=1.000000000", "at=1 step=sent", "at=x step=sent", "at=1.000000000 step=flew",
        "at=1.000000000 step=sent attempt=70000", "at=1.000000000 step=sent id=xyz:1",
        "at=1.000000000 step=sent verdict=Maybe", "at=1.000000000 step=sent text=\"open",
        "at=1.000000000 step=sent text=\"a\"b", "at=-1.000000000 step=sent",
        "at=1.000000000 step=sent word"}) {
    EXPECT_FALSE(from_line(bad)) << bad;
  }
}

TEST(TraceLine, OfALaterVersionIsReadAsFarAsItIsKnown) {
  const auto event = from_line("at=1.000000000 weather=\"fine = good\" step=sent host=a");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->host, "a");
}

TEST(TraceReading, CountsWhatIsDamagedAndKeepsRemarks) {
  std::istringstream in{
      "# once trace 1\n\nat=1.000000000 host=a step=sent\nat=1.0 nonsense\n# missing: 3 events that could "
      "not be written\n"};
  Reading reading;
  read(in, reading);
  EXPECT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.damaged, 1U);
  ASSERT_EQ(reading.remarks.size(), 1U);
  EXPECT_EQ(reading.remarks[0], "missing: 3 events that could not be written");
}

}  // namespace
}  // namespace once::trace
