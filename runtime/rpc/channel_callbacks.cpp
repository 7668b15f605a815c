// The server in the client: calls of the server's to objects that are activated here.
#include "rpc/client_channel.hpp"
#include "rpc/paths.hpp"

namespace once::detail {

ServerCall* ClientChannel::next_callback(Lock& lock) {
  if (!callbacks_) return nullptr;
  callbacks_->dispatcher.mark_abandoned();
  ServerCall* const call = callbacks_->dispatcher.next(lock, shared_from_this());
  send_all(now());  // refusals
  return call;
}

void ClientChannel::run_callback(Lock& lock, ServerCall& call, bool post) {
  lock.unlock();
  callbacks_->dispatcher.run(call);
  lock.lock();
  pump(lock, post);
}

void ClientChannel::answered(ServerCall& call) {
  std::shared_ptr<Servant> gone;  // dropped after the lock
  const Lock lock{mutex_};
  gone = callbacks_->dispatcher.finish(now(), call);
  if (closed_) return;
  send_all(now());
  settle();
}

void ClientChannel::let_go(ServerCall& call) {
  std::shared_ptr<Servant> gone;  // dropped after the lock
  const Lock lock{mutex_};
  gone = callbacks_->dispatcher.recycle(call);
}

void ClientChannel::run_next(core::Lane lane) {
  Lock lock{mutex_};
  Dispatcher& dispatcher = callbacks_->dispatcher;
  if (closed_) return;
  ServerCall* const call = dispatcher.next(lock, shared_from_this(), lane);
  dispatcher.come_back(lane);
  if (!closed_) {
    send_all(now());  // refusals
    settle();
  }
  lock.unlock();
  if (call != nullptr) dispatcher.run(*call);
}

void ClientChannel::refuse_next(core::Lane lane) {
  Lock lock{mutex_};
  callbacks_->dispatcher.refuse_next(lock, lane);
  if (closed_) return;
  send_all(now());
  settle();
}

std::string ClientChannel::peer_of(const core::Path& path) const {
  return to_text(path.validated ? TransportKind::Tcp : TransportKind::Udp, address_of(path));
}

std::shared_ptr<Channel> ClientChannel::channel_to(ServerCall&, const ObjectRef& reference) {
  if (reference.endpoints.empty()) return shared_from_this();  // an object of the server that has called
  return settings_->channel_to(reference);
}

}  // namespace once::detail
