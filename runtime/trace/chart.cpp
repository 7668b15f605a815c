// Lays a message sequence chart out and draws it: each event has a row; life lines, executions and messages go from row
// to row.
#include <algorithm>
#include <map>
#include <ostream>

#include <once/trace/chart.hpp>
#include <once/trace/text.hpp>

#include "trace/sentences.hpp"
#include "trace/story.hpp"
#include "trace/svg.hpp"

namespace once::trace {
namespace {

constexpr int kTimes = 84;   // the column of times
constexpr int kNotes = 220;  // on the left, for what is said beside the life lines
constexpr int kNotesRight = 290;
constexpr int kColumn = 330;   // between two life lines
constexpr int kTop = 96;       // of the first row
constexpr int kRow = 26;       // between two events
constexpr int kGap = 34;       // more, where nothing happens for long
constexpr int kLostDrop = 18;  // how far a message that is lost comes down
constexpr std::size_t kNoteMax = 34;

std::string shortened(std::string text) {
  if (text.size() > kNoteMax) text = text.substr(0, kNoteMax - 3) + "...";
  return text;
}

class Chart {
 public:
  Chart(const std::vector<TraceEvent>& events, const ChartOptions& options)
      : story_(events), options_(options) {
    choose();
    place();
  }

  void draw(std::ostream& out);

 private:
  struct Gap {
    int y = 0;
    Duration length{0};
  };

  void choose();
  void place();
  std::string title() const;
  int width() const { return x_of(static_cast<int>(hosts_.size()) - 1) + kNotesRight; }
  static int x_of(int column) { return kTimes + kNotes + std::max(column, 0) * kColumn; }
  int x_of(const std::string& host) const {
    return x_of(static_cast<int>(std::find(hosts_.begin(), hosts_.end(), host) - hosts_.begin()));
  }
  Point at(std::size_t event) const { return {x_of(story_.event(event).host), y_.at(event)}; }
  bool is_chosen(std::size_t event) const { return event != kNowhere && y_.contains(event); }
  std::string tooltip(std::size_t event) const;

  void draw_head(Svg& svg) const;
  void draw_lives(Svg& svg) const;
  void draw_executions(Svg& svg) const;
  void draw_times(Svg& svg) const;
  void draw_messages(Svg& svg) const;
  void draw_sent(Svg& svg, std::size_t event, const Flight& flight) const;
  void draw_unsent(Svg& svg, std::size_t event) const;
  int x_of_peer(std::size_t event) const;
  void draw_notes(Svg& svg) const;
  std::pair<std::string, std::string> note_of(std::size_t event) const;

  const Story story_;
  const ChartOptions& options_;
  const Call* call_ = nullptr;
  std::vector<std::size_t> chosen_;
  std::vector<std::string> hosts_;
  std::map<std::size_t, int> y_;  // of the chosen events
  std::vector<Gap> gaps_;
  std::size_t left_out_ = 0;
  int bottom_ = kTop;
};

// --- Layout

void Chart::choose() {
  if (options_.call.empty()) {
    for (std::size_t i = 0; i < story_.size(); ++i) chosen_.push_back(i);
  } else if (const auto found = story_.find(options_.call); !found.empty()) {
    call_ = &story_.calls()[found.front()];
    chosen_ = story_.events_around(*call_);
  }
  if (chosen_.size() > options_.events_max) {
    left_out_ = chosen_.size() - options_.events_max;  // the earliest: what went wrong stands at the end
    chosen_.erase(chosen_.begin(), chosen_.begin() + static_cast<std::ptrdiff_t>(left_out_));
  }
  hosts_ = story_.hosts(chosen_);
}

void Chart::place() {
  std::vector<Duration> pauses;
  for (std::size_t i = 1; i < chosen_.size(); ++i) {
    const Duration pause = story_.event(chosen_[i]).at - story_.event(chosen_[i - 1]).at;
    if (pause > Duration{0}) pauses.push_back(pause);
  }
  std::sort(pauses.begin(), pauses.end());
  // What is long beside the others, and beside the whole.
  Duration long_pause = Duration::max();
  if (!pauses.empty()) {
    const Duration span = story_.event(chosen_.back()).at - story_.event(chosen_.front()).at;
    long_pause = std::max(4 * pauses[pauses.size() / 2], span / 50);
  }
  int y = kTop;
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    if (i > 0) {
      const Duration pause = story_.event(chosen_[i]).at - story_.event(chosen_[i - 1]).at;
      y += kRow;
      const Flight* const flight = story_.flight_of(chosen_[i - 1]);
      if (flight != nullptr && story_.is_lost(*flight)) y += kLostDrop;
      if (pause > long_pause) {
        gaps_.push_back({y + kGap / 2 - kRow / 2, pause});
        y += kGap;
      }
    }
    y_[chosen_[i]] = y;
  }
  bottom_ = y + kRow;
}

std::string Chart::title() const {
  if (!options_.title.empty()) return printable(options_.title);
  if (call_ == nullptr) return "What happened";
  std::string text = "Call " + call_->title();
  if (!call_->operation.empty()) text += ": " + call_->operation;
  return printable(text);
}

std::string Chart::tooltip(std::size_t event) const {
  const TraceEvent& about = story_.event(event);
  return printable(about.host) + ", " + span_text(about.at - story_.event(chosen_.front()).at) + ": " +
         printable(sentence_of(story_, event, call_));
}

// --- Drawing

void Chart::draw(std::ostream& out) {
  Svg svg{out, std::max(width(), kTimes + kNotes + kNotesRight), bottom_ + 40, title()};
  draw_head(svg);
  draw_lives(svg);
  draw_times(svg);
  draw_executions(svg);
  draw_messages(svg);
  draw_notes(svg);
  if (left_out_ > 0) {
    svg.text({12, 44}, Svg::Anchor::Start, std::to_string(left_out_) + " earlier events are left out",
             "small");
  }
}

void Chart::draw_head(Svg& svg) const {
  svg.text({12, 26}, Svg::Anchor::Start, title(), "heading");
  for (const std::string& host : hosts_) {
    const int x = x_of(host);
    svg.open(story_.is_client(host) ? "a client" : "a server");
    svg.box({x - 75, 42}, 150, 28, "head");
    svg.text({x, 61}, Svg::Anchor::Middle, shortened(printable(host)), "name");
    svg.close();
  }
}

/// A life line is there from the beginning, or from its host's start, and not between an end and the next start.
void Chart::draw_lives(Svg& svg) const {
  for (const std::string& host : hosts_) {
    const int x = x_of(host);
    int from = 70;
    for (const std::size_t i : chosen_) {
      const TraceEvent& event = story_.event(i);
      if (event.host != host) continue;
      const bool ends = event.step == TraceStep::Crashed || event.step == TraceStep::Stopped;
      if (ends && from >= 0) {
        svg.line({x, from}, {x, y_.at(i)}, "life");
        from = -1;
      }
      if (event.step == TraceStep::Started && from < 0) from = y_.at(i);
    }
    if (from >= 0) svg.line({x, from}, {x, bottom_}, "life");
  }
}

void Chart::draw_times(Svg& svg) const {
  if (chosen_.empty()) return;
  const Time origin = story_.event(chosen_.front()).at;
  std::string last;
  for (const std::size_t i : chosen_) {
    const std::string time = span_text(story_.event(i).at - origin);
    if (time != last) svg.text({kTimes - 12, y_.at(i) + 4}, Svg::Anchor::End, time, "small");
    last = time;
  }
  for (const Gap& gap : gaps_) {
    svg.line({kTimes, gap.y}, {width() - 12, gap.y}, "gap");
    svg.text({kTimes, gap.y - 4}, Svg::Anchor::Start, span_text(gap.length) + " pass", "small");
  }
}

void Chart::draw_executions(Svg& svg) const {
  std::map<std::pair<std::string, CallName>, std::vector<std::size_t>> running;
  const auto draw = [&](std::size_t began, int until) {
    svg.open(tooltip(began));
    svg.box({at(began).x - 7, at(began).y}, 14, std::max(until - at(began).y, 8), "runs");
    svg.close();
  };
  for (const std::size_t i : chosen_) {
    const TraceEvent& event = story_.event(i);
    if (event.step == TraceStep::Crashed || event.step == TraceStep::Stopped) {
      for (auto& [who, began] : running) {
        if (who.first != event.host) continue;
        for (const std::size_t execution : began) draw(execution, y_.at(i));
        began.clear();
      }
    }
    const auto name = name_of(event);
    if (!name) continue;
    auto& began = running[{event.host, *name}];
    if (event.step == TraceStep::ExecutionBegan) began.push_back(i);
    if (event.step != TraceStep::ExecutionEnded || began.empty()) continue;
    draw(began.front(), y_.at(i));
    began.erase(began.begin());
  }
  for (const auto& [who, began] : running) {
    for (const std::size_t execution : began) draw(execution, bottom_);
  }
}

void Chart::draw_messages(Svg& svg) const {
  for (const std::size_t i : chosen_) {
    const TraceEvent& event = story_.event(i);
    const Flight* const flight = story_.flight_of(i);
    if (flight == nullptr || event.message == 0) continue;
    svg.open(tooltip(i));
    if (event.step == TraceStep::Sent) draw_sent(svg, i, *flight);
    if (event.step == TraceStep::Received && !is_chosen(flight->sent)) draw_unsent(svg, i);
    svg.close();
  }
}

/// Where a message goes that arrives nowhere: to whom its sender speaks else, or to the nearest host of the other kind.
int Chart::x_of_peer(std::size_t event) const {
  const TraceEvent& about = story_.event(event);
  for (const Flight& flight : story_.flights()) {
    if (flight.sent == kNowhere || flight.received.empty()) continue;
    const std::string &from = story_.event(flight.sent).host,
                      &to = story_.event(flight.received.front()).host;
    if (from == about.host && is_chosen(flight.received.front())) return x_of(to);
    if (to == about.host && is_chosen(flight.sent)) return x_of(from);
  }
  for (const std::string& host : hosts_) {
    if (story_.is_client(host) != story_.is_client(about.host)) return x_of(host);
  }
  return at(event).x + (story_.is_client(about.host) ? kNotes : -kNotes);
}

void Chart::draw_sent(Svg& svg, std::size_t event, const Flight& flight) const {
  const TraceEvent& about = story_.event(event);
  const Point from = at(event);
  const std::string style = about.message < 0x80 ? "message" : "answer";
  bool is_copy = false;
  int towards = 0;
  for (const std::size_t arrival : flight.received) {
    if (!is_chosen(arrival)) continue;
    svg.arrow(from, at(arrival), is_copy ? style + " copy" : style);
    if (!is_copy) towards = at(arrival).x;
    is_copy = true;
  }
  if (!is_copy) {
    towards = x_of_peer(event);
    const bool lost = story_.is_lost(flight);
    const Point end{from.x + (towards - from.x) * 6 / 10, from.y + kLostDrop};
    svg.line(from, end, lost ? style : style + " unknown");
    if (lost) svg.cross(end, "cross");
    if (!lost) svg.text({end.x, end.y + 4}, Svg::Anchor::Middle, "?", "halo strong");
  }
  std::string label{message_name(about.message)};
  if (about.id.sequence != 0) label += " " + std::to_string(about.id.sequence);
  if (about.attempt > 0) label += ", attempt " + std::to_string(about.attempt);
  if (about.message >= 0x80 && about.reason != Errc::ok) label += ", " + reason_name(about.reason);
  const bool is_for_ack = about.id.sequence == 0 || is_foreign(about, call_);
  const std::string finished = finished_numbers(about);
  if (is_for_ack && !finished.empty()) label = shortened(label + ", finished: " + finished);
  const bool right = towards > from.x;
  svg.text({from.x + (right ? 12 : -12), from.y - 5}, right ? Svg::Anchor::Start : Svg::Anchor::End, label,
           "halo");
}

/// It arrives, and nobody in this chart has sent it.
void Chart::draw_unsent(Svg& svg, std::size_t event) const {
  const TraceEvent& about = story_.event(event);
  const Point to = at(event);
  const bool up = about.message < 0x80;
  const std::string style = up ? "message unknown" : "answer unknown";
  const int side = up ? -1 : 1;
  svg.arrow({to.x + side * kColumn / 3, to.y - kRow / 3}, to, style);
  std::string label{message_name(about.message)};
  if (about.id.sequence != 0) label += " " + std::to_string(about.id.sequence);
  svg.text({to.x + side * kColumn / 3, to.y - kRow / 3 - 4}, up ? Svg::Anchor::Start : Svg::Anchor::End,
           label, "halo");
}

// --- Notes beside the life lines

/// What is said, and how it looks.
std::pair<std::string, std::string> Chart::note_of(std::size_t index) const {
  const TraceEvent& event = story_.event(index);
  const auto with_reason = [&](std::string text) {
    if (event.reason != Errc::ok) text += ": " + reason_name(event.reason);
    return text;
  };
  switch (event.step) {
    case TraceStep::Started:
      return {event.epoch == Epoch{} ? "starts" : "starts: epoch " + to_text(event.epoch, true), "strong"};
    case TraceStep::ShuttingDown: return {"accepts nothing new", ""};
    case TraceStep::Stopped: return {"stops", "strong"};
    case TraceStep::Crashed: return {"crashes", "strong bad"};
    case TraceStep::Note: return {printable(event.text), "strong"};
    case TraceStep::CallBegan: return {"calls " + printable(event.operation), "strong"};
    case TraceStep::CallBound: return {"as number " + std::to_string(event.id.sequence), "small"};
    case TraceStep::CallEnded: {
      const bool good = event.outcome == OutcomeKind::Executed || event.outcome == OutcomeKind::Sent;
      return {with_reason(event.outcome ? std::string{to_string(*event.outcome)} : "ends"),
              good ? "strong" : "strong bad"};
    }
    case TraceStep::Connected: return {"has a way to the server", "small"};
    case TraceStep::Disconnected: return {"has lost its way", "bad"};
    case TraceStep::SessionOpened: return {"opens the session", "small"};
    case TraceStep::SessionEnded: return {"ends the session", "small"};
    case TraceStep::Received:
      if (event.message == 0 || event.text.starts_with("dropped")) return {"dropped", "bad"};
      if (!event.verdict || *event.verdict == Verdict::Admitted || is_foreign(event, call_)) return {};
      return {with_reason(std::string{to_string(*event.verdict)} + " (" +
                          std::string{rule_of(*event.verdict)} + ")"),
              ""};
    case TraceStep::ExecutionBegan: return {"runs", "strong"};
    case TraceStep::ExecutionEnded: return {with_reason(printable(event.text)), ""};
    case TraceStep::Kept: return {"its outcome is on disk", ""};
    case TraceStep::Refused: return {with_reason("refused"), "bad"};
    case TraceStep::Abandoned: return {"nobody waits any more", ""};
    case TraceStep::Sent:
    case TraceStep::Lost:
    case TraceStep::Copied:
    case TraceStep::Damaged: return {};
  }
  return {};
}

void Chart::draw_notes(Svg& svg) const {
  for (const std::size_t i : chosen_) {
    if (story_.event(i).step == TraceStep::Crashed) svg.cross(at(i), "cross");
    const auto [text, style] = note_of(i);
    if (text.empty()) continue;
    // Outside, where the messages are not.
    const bool left = x_of(story_.event(i).host) == x_of(0) && story_.is_client(story_.event(i).host);
    svg.open(tooltip(i));
    svg.text({at(i).x + (left ? -14 : 14), at(i).y + 4}, left ? Svg::Anchor::End : Svg::Anchor::Start,
             shortened(text), "halo " + style);
    svg.close();
  }
}

}  // namespace

void draw_chart(const std::vector<TraceEvent>& events, const ChartOptions& options, std::ostream& out) {
  Chart{events, options}.draw(out);
}

}  // namespace once::trace
