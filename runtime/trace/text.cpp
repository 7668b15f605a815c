// Events as lines. A line is words of the form key=value with blanks in between; a value with anything but letters, digits
// and -_.:/()[],;+*%# in it stands in double quotes, in which \" \\ and \xHH are escapes.
#include <algorithm>
#include <array>
#include <charconv>
#include <istream>
#include <utility>

#include <once/trace/text.hpp>

namespace once::trace {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 0; i < 16; ++i) text[i] = kHexDigits[value >> (60 - 4 * i) & 15U];
  return text;
}

constexpr std::array<std::pair<Errc, std::string_view>, 45> kReasons{{
    {Errc::ok, "ok"},
    {Errc::queue_full, "queue_full"},
    {Errc::nesting, "nesting"},
    {Errc::closed, "closed"},
    {Errc::bad_argument, "bad_argument"},
    {Errc::message_too_large, "message_too_large"},
    {Errc::bad_reference, "bad_reference"},
    {Errc::unknown_host, "unknown_host"},
    {Errc::unreachable, "unreachable"},
    {Errc::address_in_use, "address_in_use"},
    {Errc::blocking_not_possible, "blocking_not_possible"},
    {Errc::no_encoding, "no_encoding"},
    {Errc::key_collision, "key_collision"},
    {Errc::outbox_failed, "outbox_failed"},
    {Errc::no_outbox, "no_outbox"},
    {Errc::deadline_exceeded, "deadline_exceeded"},
    {Errc::cancelled, "cancelled"},
    {Errc::overloaded, "overloaded"},
    {Errc::no_such_object, "no_such_object"},
    {Errc::no_such_operation, "no_such_operation"},
    {Errc::wrong_interface, "wrong_interface"},
    {Errc::bad_request, "bad_request"},
    {Errc::forbidden, "forbidden"},
    {Errc::unsupported, "unsupported"},
    {Errc::shutting_down, "shutting_down"},
    {Errc::no_store, "no_store"},
    {Errc::store_failed, "store_failed"},
    {Errc::superseded, "superseded"},
    {Errc::servant_failed, "servant_failed"},
    {Errc::reply_too_large, "reply_too_large"},
    {Errc::bad_reply, "bad_reply"},
    {Errc::reply_evicted, "reply_evicted"},
    {Errc::epoch_changed, "epoch_changed"},
    {Errc::session_lost, "session_lost"},
    {Errc::refused_after_sending, "refused_after_sending"},
    {Errc::protocol_error, "protocol_error"},
    {Errc::connection_lost, "connection_lost"},
    {Errc::truncated, "truncated"},
    {Errc::trailing_bytes, "trailing_bytes"},
    {Errc::limit_exceeded, "limit_exceeded"},
    {Errc::invalid_value, "invalid_value"},
    {Errc::invalid_text, "invalid_text"},
    {Errc::bad_checksum, "bad_checksum"},
    {Errc::bad_magic, "bad_magic"},
    {Errc::bad_version, "bad_version"},
}};

constexpr std::array kSemantics{std::pair{Semantics::Maybe, std::string_view{"maybe"}},
                                std::pair{Semantics::AtLeastOnce, std::string_view{"at-least-once"}},
                                std::pair{Semantics::AtMostOnce, std::string_view{"at-most-once"}},
                                std::pair{Semantics::ExactlyOnce, std::string_view{"exactly-once"}}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& [entry, name] : table) {
    if (entry == value && !name.empty()) return name;
  }
  return {};
}

/// The first of an enumeration's values, from 0 up to `last`, that is called so.
template <class Value>
std::optional<Value> value_called(std::string_view name, Value last) {
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) {
    if (to_string(static_cast<Value>(i)) == name) return static_cast<Value>(i);
  }
  return std::nullopt;
}

bool is_plain(char letter) {
  constexpr std::string_view kPlain = "-_.:/()[],;+*%#";
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || kPlain.find(letter) != std::string_view::npos;
}

void append_octet(std::string& to, char letter) {
  const auto octet = static_cast<unsigned char>(letter);
  to += "\\x";
  to += kHexDigits[octet >> 4U];
  to += kHexDigits[octet & 15U];
}

// --- Writing

class LineWriter {
 public:
  void word(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    const std::string_view kept = value.substr(0, kWordMax);
    begin(key);
    if (std::all_of(kept.begin(), kept.end(), is_plain)) {
      line_ += kept;
      return;
    }
    line_ += '"';
    for (const char letter : kept) {
      if (letter == '"' || letter == '\\') line_ += '\\';
      if (letter >= ' ' && letter <= '~') {
        line_ += letter;
      } else {
        append_octet(line_, letter);
      }
    }
    line_ += '"';
  }
  void number(std::string_view key, std::uint64_t value) {
    if (value != 0) word(key, std::to_string(value));
  }
  void epoch(std::string_view key, const Epoch& epoch) {
    if (epoch != Epoch{}) word(key, to_text(epoch));
  }
  void seconds(std::string_view key, Duration time) {
    const auto count = time.count();
    std::string digits = std::to_string(count % 1'000'000'000);
    digits.insert(0, 9 - std::min<std::size_t>(9, digits.size()), '0');
    word(key, std::to_string(count / 1'000'000'000) + "." + digits);
  }
  std::string take() { return std::move(line_); }

 private:
  void begin(std::string_view key) {
    if (!line_.empty()) line_ += ' ';
    line_ += key;
    line_ += '=';
  }

  std::string line_;
};

/// What one message says beside its call.
void write_message(const TraceEvent& event, LineWriter& line) {
  if (event.message != 0) {
    const std::string_view name = message_name(event.message);
    line.word("message", name == "?" ? std::to_string(event.message) : std::string{name});
    if (event.message >= 0x80) line.word("from", "server");
  }
  line.number("attempt", event.attempt);
  line.number("octets", event.octets);
  if (event.packet != 0) line.word("packet", hex(event.packet));
  line.number("acked", event.acknowledged_through);
  if (event.acknowledged_beyond != 0) line.word("acked_beyond", hex(event.acknowledged_beyond));
}

// --- Reading

template <class Number>
bool parse(std::string_view text, Number& out, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc{} && end == text.data() + text.size();
}

bool parse_seconds(std::string_view text, Duration& out) {
  const std::size_t point = text.find('.');
  std::int64_t seconds = 0, nanoseconds = 0;
  if (point == std::string_view::npos || !parse(text.substr(0, point), seconds) || seconds < 0 ||
      seconds > 9'000'000'000 || text.size() != point + 10 || !parse(text.substr(point + 1), nanoseconds) ||
      nanoseconds < 0) {
    return false;
  }
  out = std::chrono::seconds{seconds} + Duration{nanoseconds};
  return true;
}

bool parse_id(std::string_view text, RequestId& out) {
  const std::size_t colon = text.find(':');
  if (!parse(text.substr(0, colon), out.session, 16)) return false;
  if (colon == std::string_view::npos) return true;
  std::string_view number = text.substr(colon + 1);
  if (!number.empty() && number.front() == 'f') number.remove_prefix(1);
  return parse(number, out.sequence);
}

bool parse_epoch(std::string_view text, Epoch& out) {
  const std::size_t dash = text.find('-');
  return dash != std::string_view::npos && parse(text.substr(0, dash), out.counter) &&
         parse(text.substr(dash + 1), out.random, 16);
}

bool parse_message(std::string_view text, std::uint8_t& out) {
  for (unsigned type = 1; type < 256; ++type) {
    if (message_name(static_cast<std::uint8_t>(type)) == text) {
      out = static_cast<std::uint8_t>(type);
      return true;
    }
  }
  return parse(text, out);
}

bool parse_reason(std::string_view text, Errc& out) {
  for (const auto& [reason, name] : kReasons) {
    if (!name.empty() && name == text) {
      out = reason;
      return true;
    }
  }
  std::uint16_t number = 0;
  if (!parse(text, number)) return false;
  out = static_cast<Errc>(number);
  return true;
}

template <class Value>
bool take(std::optional<Value> found, std::optional<Value>& out) {
  out = found;
  return found.has_value();
}

bool parse_semantics(std::string_view text, std::optional<Semantics>& out) {
  for (const auto& [semantics, name] : kSemantics) {
    if (name == text) out = semantics;
  }
  return out.has_value();
}

/// Of the fragments' messages both sides' have one name.
void set_sender(TraceEvent& event) {
  if (event.message != 0) event.message = static_cast<std::uint8_t>(event.message | 0x80U);
}

struct Field {
  std::string_view key;
  bool (*parse)(std::string_view text, TraceEvent& event);
};

const std::array kFields{
    Field{"at",
          [](std::string_view text, TraceEvent& event) {
            Duration since{0};
            const bool good = parse_seconds(text, since);
            event.at = Time{since};
            return good;
          }},
    Field{"host", [](std::string_view text, TraceEvent& event) { return !(event.host = text).empty(); }},
    Field{"step",
          [](std::string_view text, TraceEvent& event) {
            const auto step = value_called(text, TraceStep::Abandoned);
            if (step) event.step = *step;
            return step.has_value();
          }},
    Field{"call", [](std::string_view text, TraceEvent& event) { return parse(text, event.call); }},
    Field{"id", [](std::string_view text, TraceEvent& event) { return parse_id(text, event.id); }},
    Field{"semantics",
          [](std::string_view text, TraceEvent& event) { return parse_semantics(text, event.semantics); }},
    Field{"message",
          [](std::string_view text, TraceEvent& event) { return parse_message(text, event.message); }},
    Field{"from",
          [](std::string_view text, TraceEvent& event) {
            if (text == "server") set_sender(event);
            return true;
          }},
    Field{"attempt", [](std::string_view text, TraceEvent& event) { return parse(text, event.attempt); }},
    Field{"octets", [](std::string_view text, TraceEvent& event) { return parse(text, event.octets); }},
    Field{"packet", [](std::string_view text, TraceEvent& event) { return parse(text, event.packet, 16); }},
    Field{"acked",
          [](std::string_view text, TraceEvent& event) { return parse(text, event.acknowledged_through); }},
    Field{"acked_beyond", [](std::string_view text,
                             TraceEvent& event) { return parse(text, event.acknowledged_beyond, 16); }},
    Field{"epoch", [](std::string_view text, TraceEvent& event) { return parse_epoch(text, event.epoch); }},
    Field{"expected",
          [](std::string_view text, TraceEvent& event) { return parse_epoch(text, event.expected); }},
    Field{"verdict", [](std::string_view text,
                        TraceEvent& event) { return take(value_called(text, Verdict::New), event.verdict); }},
    Field{"outcome",
          [](std::string_view text, TraceEvent& event) {
            return take(value_called(text, OutcomeKind::Unknown), event.outcome);
          }},
    Field{"reason",
          [](std::string_view text, TraceEvent& event) { return parse_reason(text, event.reason); }},
    Field{"deadline",
          [](std::string_view text, TraceEvent& event) { return parse_seconds(text, event.deadline); }},
    Field{"peer",
          [](std::string_view text, TraceEvent& event) {
            event.peer = text;
            return true;
          }},
    Field{"operation",
          [](std::string_view text, TraceEvent& event) {
            event.operation = text;
            return true;
          }},
    Field{"text",
          [](std::string_view text, TraceEvent& event) {
            event.text = text;
            return true;
          }},
};

/// The value at the front of `line`, which moves on. False where it is cut or badly quoted.
bool take_value(std::string_view& line, std::string& value) {
  value.clear();
  if (line.empty() || line.front() != '"') {
    const std::size_t end = std::min(line.find(' '), line.size());
    value = line.substr(0, end);
    line.remove_prefix(end);
    return !value.empty();
  }
  line.remove_prefix(1);
  while (!line.empty() && line.front() != '"') {
    char letter = line.front();
    line.remove_prefix(1);
    if (letter == '\\') {
      if (line.empty()) return false;
      letter = line.front();
      line.remove_prefix(1);
      if (letter == 'x') {
        unsigned octet = 0;
        if (line.size() < 2 || !parse(line.substr(0, 2), octet, 16)) return false;
        letter = static_cast<char>(octet);
        line.remove_prefix(2);
      }
    }
    value += letter;
  }
  if (line.empty()) return false;
  line.remove_prefix(1);
  return true;
}

}  // namespace

std::string to_text(const RequestId& id, bool free_series) {
  return hex(id.session) + ":" + (free_series ? "f" : "") + std::to_string(id.sequence);
}

std::string to_text(const Epoch& epoch, bool brief) {
  return std::to_string(epoch.counter) + "-" + hex(epoch.random).substr(0, brief ? 4 : 16);
}

std::string reason_name(Errc reason) {
  const std::string_view name = name_in(kReasons, reason);
  return name.empty() ? std::to_string(static_cast<unsigned>(reason)) : std::string{name};
}

std::string printable(std::string_view text) {
  std::string result;
  for (const char letter : text.substr(0, kWordMax)) {
    if (letter >= ' ' && letter <= '~') {
      result += letter;
    } else {
      append_octet(result, letter);
    }
  }
  return result;
}

std::string to_line(const TraceEvent& event) {
  LineWriter line;
  line.seconds("at", std::max(event.at.time_since_epoch(), Duration{0}));
  line.word("host", event.host.empty() ? "?" : std::string_view{event.host});
  line.word("step", to_string(event.step));
  line.number("call", event.call);
  if (event.id.sequence != 0) {
    line.word("id", to_text(event.id, event.semantics && is_free_series(*event.semantics)));
  } else if (event.id.session != 0) {
    line.word("id", hex(event.id.session));
  }
  if (event.semantics) line.word("semantics", name_in(kSemantics, *event.semantics));
  write_message(event, line);
  line.epoch("epoch", event.epoch);
  line.epoch("expected", event.expected);
  if (event.verdict) line.word("verdict", to_string(*event.verdict));
  if (event.outcome) line.word("outcome", to_string(*event.outcome));
  if (event.reason != Errc::ok) line.word("reason", reason_name(event.reason));
  if (event.deadline > Duration{0}) line.seconds("deadline", event.deadline);
  line.word("peer", event.peer);
  line.word("operation", event.operation);
  line.word("text", event.text);
  return line.take();
}

std::optional<TraceEvent> from_line(std::string_view line) {
  TraceEvent event;
  bool has_time = false, has_step = false;
  std::string value;
  while (!line.empty()) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = line.substr(0, equals);
    line.remove_prefix(equals + 1);
    if (!take_value(line, value)) return std::nullopt;
    if (!line.empty() && line.front() != ' ') return std::nullopt;
    if (!line.empty()) line.remove_prefix(1);
    const auto field =
        std::find_if(kFields.begin(), kFields.end(), [&](const Field& known) { return known.key == key; });
    if (field == kFields.end()) continue;  // of a later version
    if (!field->parse(value, event)) return std::nullopt;
    has_time |= key == "at";
    has_step |= key == "step";
  }
  return has_time && has_step ? std::optional{std::move(event)} : std::nullopt;
}

void read(std::istream& in, Reading& reading) {
  constexpr std::string_view kMissing = "# missing: ";
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with(kMissing)) reading.remarks.push_back(printable(line.substr(2)));
    if (line.empty() || line.front() == '#') continue;
    if (auto event = from_line(line)) {
      reading.events.push_back(std::move(*event));
    } else {
      if (reading.damaged++ == 0) reading.first_damaged = number;
    }
  }
}

void sort_by_time(std::vector<TraceEvent>& events) {
  std::stable_sort(events.begin(), events.end(),
                   [](const TraceEvent& a, const TraceEvent& b) { return a.at < b.at; });
}

}  // namespace once::trace
