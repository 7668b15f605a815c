// Prints histories.
#include "trace.hpp"

#include <iomanip>
#include <ostream>

#include <once/base/error.hpp>

#include "event_queue.hpp"

namespace once::simulator {
namespace {

const char* name_of(Step step) {
  switch (step) {
    case Step::Issued: return "issued";
    case Step::NotStarted: return "not started";
    case Step::Repeated: return "repeated";
    case Step::CancelAsked: return "cancel asked";
    case Step::Completed: return "completed";
    case Step::Sent: return "sent";
    case Step::Lost: return "lost";
    case Step::Copied: return "copied";
    case Step::Damaged: return "damaged";
    case Step::Delivered: return "delivered";
    case Step::Arrived: return "arrived";
    case Step::Refused: return "refused";
    case Step::NotBegun: return "not begun";
    case Step::Executing: return "executing";
    case Step::Replied: return "replied";
    case Step::Stored: return "stored";
    case Step::PutBack: return "put back";
    case Step::Abandoned: return "abandoned";
    case Step::Connected: return "connected";
    case Step::Disconnected: return "disconnected";
    case Step::Crashed: return "crashed";
    case Step::Revived: return "revived";
    case Step::Paused: return "paused";
    case Step::Moved: return "moved";
    case Step::Partitioned: return "partitioned";
    case Step::Draining: return "draining";
    case Step::Replayed: return "replayed";
    case Step::Misbehaved: return "misbehaved";
    case Step::PhaseBegan: return "phase began";
  }
  return "?";
}

/// True for what concerns every call of its host.
bool shakes_hosts(Step step) {
  switch (step) {
    case Step::Connected:
    case Step::Disconnected:
    case Step::Crashed:
    case Step::PutBack:
    case Step::Revived:
    case Step::Paused:
    case Step::Moved:
    case Step::Partitioned:
    case Step::Draining:
    case Step::PhaseBegan: return true;
    default: return false;
  }
}

}  // namespace

void Trace::print(std::ostream& out, std::uint64_t call, std::size_t count) const {
  std::vector<const Record*> wanted;
  for (const Record& record : records_) {
    if (call == 0 || record.call == call || (record.call == 0 && shakes_hosts(record.step))) {
      wanted.push_back(&record);
    }
  }
  const std::size_t from = wanted.size() > count ? wanted.size() - count : 0;
  for (std::size_t i = from; i < wanted.size(); ++i) {
    const Record& record = *wanted[i];
    out << std::fixed << std::setprecision(6) << std::setw(14)
        << std::chrono::duration<double>(record.at - kOrigin).count() << "  host " << std::setw(3)
        << record.host << "  " << std::left << std::setw(13) << name_of(record.step) << std::right;
    if (record.call != 0) out << " call " << (record.call & 0xffffffffu);
    if (record.step == Step::Completed) {
      out << " " << to_string(static_cast<OutcomeKind>(record.detail >> 16)) << " ("
          << make_error_code(static_cast<Errc>(record.detail & 0xffff)).message() << ")";
    } else if (record.step == Step::NotStarted || record.step == Step::Refused) {
      out << " (" << make_error_code(static_cast<Errc>(record.detail)).message() << ")";
    } else {
      out << " " << record.detail;
    }
    if (!record.text.empty()) out << "  " << record.text;
    out << "\n";
  }
}

}  // namespace once::simulator
