// How steps and messages are called in traces.
#include <once/rpc/trace.hpp>

namespace once {

std::string_view to_string(TraceStep step) {
  switch (step) {
    case TraceStep::Started: return "started";
    case TraceStep::ShuttingDown: return "shutting-down";
    case TraceStep::Stopped: return "stopped";
    case TraceStep::Crashed: return "crashed";
    case TraceStep::Note: return "note";
    case TraceStep::CallBegan: return "call-began";
    case TraceStep::CallBound: return "call-bound";
    case TraceStep::CallEnded: return "call-ended";
    case TraceStep::Connected: return "connected";
    case TraceStep::Disconnected: return "disconnected";
    case TraceStep::SessionOpened: return "session-opened";
    case TraceStep::SessionEnded: return "session-ended";
    case TraceStep::Sent: return "sent";
    case TraceStep::Received: return "received";
    case TraceStep::Lost: return "lost";
    case TraceStep::Copied: return "copied";
    case TraceStep::Damaged: return "damaged";
    case TraceStep::ExecutionBegan: return "execution-began";
    case TraceStep::ExecutionEnded: return "execution-ended";
    case TraceStep::Kept: return "kept";
    case TraceStep::Refused: return "refused";
    case TraceStep::Abandoned: return "abandoned";
  }
  return "?";
}

std::string_view message_name(std::uint8_t type) {
  switch (type) {
    case 0x01: return "HELLO";
    case 0x02: return "REQUEST";
    case 0x03: return "CANCEL";
    case 0x04: return "PROBE";
    case 0x05: return "ACK";
    case 0x06: return "BYE";
    case 0x07: return "PATH_RESPONSE";
    case 0x81: return "COOKIE";
    case 0x82: return "WELCOME";
    case 0x83: return "REFUSED";
    case 0x84: return "VERSIONS";
    case 0x85: return "PATH_CHALLENGE";
    case 0x90: return "REPLY";
    case 0x91: return "NOT_EXECUTED";
    case 0x92: return "REPLY_LOST";
    case 0x93: return "WORKING";
    case 0x94: return "UNSEEN";
    case 0x95: return "COLLISION";
    case 0x96: return "WRONG_EPOCH";
    case 0x97: return "NO_SESSION";
    case 0x20:
    case 0xA0: return "FRAGMENT";
    case 0x21:
    case 0xA1: return "FRAGMENT_ACK";
    case 0x22:
    case 0xA2: return "PATH_PROBE";
    case 0x23:
    case 0xA3: return "PATH_ANSWER";
    default: return "?";
  }
}

}  // namespace once
