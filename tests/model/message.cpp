// Messages as a story tells them.
#include "message.hpp"

namespace once::model {
namespace {

const char* name_of(MessageType type) {
  switch (type) {
    case MessageType::Hello: return "HELLO";
    case MessageType::Request: return "REQUEST";
    case MessageType::Cancel: return "CANCEL";
    case MessageType::Probe: return "PROBE";
    case MessageType::Ack: return "ACK";
    case MessageType::Bye: return "BYE";
    case MessageType::Welcome: return "WELCOME";
    case MessageType::Superseded: return "REFUSED (superseded)";
    case MessageType::Reply: return "REPLY";
    case MessageType::NotExecuted: return "NOT_EXECUTED";
    case MessageType::ReplyLost: return "REPLY_LOST";
    case MessageType::Working: return "WORKING";
    case MessageType::Unseen: return "UNSEEN";
    case MessageType::WrongEpoch: return "WRONG_EPOCH";
    case MessageType::NoSession: return "NO_SESSION";
  }
  return "?";
}

std::string acknowledged(const Message& message) {
  if (message.mark == 0 && message.bitmap == 0) return "";
  std::string text = ", acknowledging " + std::to_string(message.mark);
  for (unsigned number = 1; number <= 3; ++number) {
    if ((message.bitmap >> (number - 1) & 1) != 0) text += " and " + std::to_string(number);
  }
  return text;
}

}  // namespace

char name_of_call(std::size_t call) {
  return static_cast<char>('a' + call);
}

std::string to_text(const Message& message) {
  std::string text = name_of(message.type);
  const auto epoch = [](unsigned number) { return "e" + std::to_string(number); };
  if (message.session != 0) text += " s" + std::to_string(message.session);
  if (message.number != 0) text += (message.free ? ":f" : ":") + std::to_string(message.number);
  if (message.epoch != 0) text += (is_to_server(message.type) ? " for " : " by ") + epoch(message.epoch);
  if (message.type == MessageType::Request) text += std::string{", of call "} + name_of_call(message.call);
  if (message.type == MessageType::Reply) text += std::string{", of call "} + name_of_call(message.call);
  if (message.expected != 0) text += ", " + epoch(message.expected) + " was asked for";
  if (message.nonce != 0) text += ", nonce " + std::to_string(message.nonce);
  if (message.life != 0) text += ", life " + std::to_string(message.life);
  if (message.made_in != 0) text += ", made in life " + std::to_string(message.made_in);
  return text + acknowledged(message);
}

}  // namespace once::model
