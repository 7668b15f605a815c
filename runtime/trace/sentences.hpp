// What events and outcomes mean, for people.
#pragma once

#include <string>

#include "trace/story.hpp"

namespace once::trace {

/// "The number has been acknowledged …": what the server makes of a message, and why.
std::string meaning_of(Verdict verdict);
/// The sentences about an outcome: what it means, and of Unknown why nobody can know.
std::string meaning_of(OutcomeKind outcome, Errc reason);
/// What the event says, of its host: "sends REQUEST, attempt 2". `call`: whose story it is told in, or nullptr.
std::string sentence_of(const Story& story, std::size_t event, const Call* call);
/// True for a message of another call, or of none, in the story of `call`: it is there for what it acknowledges.
bool is_foreign(const TraceEvent& event, const Call* call);
/// The numbers that a client's message says are finished: "all up to 3, 5"; empty: none.
std::string finished_numbers(const TraceEvent& event);
/// "once", "3 times", "never".
std::string times(std::size_t count);
/// "at most once".
std::string semantics_text(const std::optional<Semantics>& semantics);
/// "1.5 s", "200 ms", "0.021 ms".
std::string span_text(Duration time);

}  // namespace once::trace
