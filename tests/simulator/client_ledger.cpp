// Compares what leaves a client with what its application knows.
#include "client_ledger.hpp"

#include <algorithm>

namespace once::simulator {

void ClientLedger::sent(ByteView message, CallId call) {
  const std::optional<Said> said = read_said(message);
  if (!said) return;
  Session& session = sessions_[said->session];
  auto& numbers = session.numbers;
  std::erase_if(numbers, [&](const auto& entry) {
    if (!said->acknowledges(entry.first)) return false;
    if (entry.second.is_refused || !oracle_.pending(entry.second.call)) return true;
    throw Violation{"S7 acknowledged too early",
                    "number " + std::to_string(entry.first) + " is acknowledged before its call has ended",
                    entry.second.call};
  });
  if (!said->is_windowed()) return;
  if (said->type == WireType::Request && call != 0) {
    Number& number = numbers[said->sequence];
    const bool was_used = habits_.gives_numbers && number.call == 0 && said->sequence <= session.highest;
    if (was_used || (number.call != 0 && number.call != call)) {
      throw Violation{"S1 at most once", "a number is given to a second call", call};
    }
    number.call = call;
    session.highest = std::max(session.highest, said->sequence);
  } else if (said->type == WireType::Probe && !habits_.always_asks) {
    const auto number = numbers.find(said->sequence);
    if (number == numbers.end()) return;
    const auto& epochs = number->second.works_in;
    if (std::find(epochs.begin(), epochs.end(), said->epoch) != epochs.end()) return;
    throw Violation{"L2 timers make progress",
                    "a call is probed, and not repeated, although its server never said that it works on it",
                    number->second.call};
  }
}

void ClientLedger::received(ByteView message) {
  const std::optional<Interim> interim = read_interim(message);
  if (!interim) return;
  const auto session = sessions_.find(interim->session);
  if (session == sessions_.end()) return;
  const auto number = session->second.numbers.find(interim->sequence);
  if (number == session->second.numbers.end()) return;
  if (interim->is_refusal) {
    number->second.is_refused = true;
  } else {
    number->second.works_in.push_back(interim->epoch);
  }
}

}  // namespace once::simulator
