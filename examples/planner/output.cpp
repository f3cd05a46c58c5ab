// SPDX-License-Identifier: BSL-1.0
#include "output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <system_error>

namespace planner {

namespace {

[[noreturn]] void fail(int error) {
  throw unwritten{"standard output cannot be written: " + std::generic_category().message(error)};
}

struct close_file {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

void expect_closed_pipes() noexcept {
#ifdef SIGPIPE
  std::signal(SIGPIPE, SIG_IGN);
#endif
}

void write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail(errno);
}

void save_file(std::string_view option, const std::string& path, std::string_view text) {
  const auto unable = [&] {
    throw unwritten{std::string(option) + ": " + path + ": cannot be written"};
  };
  std::unique_ptr<std::FILE, close_file> file(std::fopen(path.c_str(), "wb"));
  if (!file) unable();
  const bool whole = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  if (std::fclose(file.release()) != 0 || !whole) unable();
}

void send_output() {
  if (std::fflush(stdout) != 0) fail(errno);
}

void finish_output() {
  send_output();
  if (std::fclose(stdout) != 0) fail(errno);
}

}  // namespace planner
