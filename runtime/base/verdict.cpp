#include <once/base/verdict.hpp>

namespace once {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Admitted: return "Admitted";
    case Verdict::WrongEpoch: return "WrongEpoch";
    case Verdict::NoSession: return "NoSession";
    case Verdict::Challenged: return "Challenged";
    case Verdict::Stale: return "Stale";
    case Verdict::OverWindow: return "OverWindow";
    case Verdict::Collision: return "Collision";
    case Verdict::InProgress: return "InProgress";
    case Verdict::Replay: return "Replay";
    case Verdict::ReplyLost: return "ReplyLost";
    case Verdict::RefusedAgain: return "RefusedAgain";
    case Verdict::Unseen: return "Unseen";
    case Verdict::Refused: return "Refused";
    case Verdict::New: return "New";
  }
  return "?";
}

std::string_view rule_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Admitted: return "V4";
    case Verdict::WrongEpoch: return "V2";
    case Verdict::NoSession: return "V3";
    case Verdict::Challenged: return "V16";
    case Verdict::Stale: return "V5";
    case Verdict::OverWindow: return "V6";
    case Verdict::Collision:
    case Verdict::InProgress:
    case Verdict::Replay:
    case Verdict::ReplyLost:
    case Verdict::RefusedAgain: return "V7";
    case Verdict::Unseen:
    case Verdict::New: return "V8";
    case Verdict::Refused: return "V7 or V8";
  }
  return "?";
}

}  // namespace once
