// SPDX-License-Identifier: BSL-1.0
#include "output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

namespace planner {

namespace {

[[noreturn]] void fail(int error) {
  throw unwritten{"standard output cannot be written: " + std::generic_category().message(error)};
}

}  // namespace

void expect_closed_pipes() noexcept {
#ifdef SIGPIPE
  std::signal(SIGPIPE, SIG_IGN);
#endif
}

void write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail(errno);
}

void send_output() {
  if (std::fflush(stdout) != 0) fail(errno);
}

void finish_output() {
  send_output();
  if (std::fclose(stdout) != 0) fail(errno);
}

}  // namespace planner
