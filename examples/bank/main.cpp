#include "roles.hpp"

int main(int argc, char** argv) {
  return demo::run(argc, argv);
}
