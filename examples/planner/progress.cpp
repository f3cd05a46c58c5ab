// SPDX-License-Identifier: BSL-1.0
#include "progress.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace planner {

namespace {

bool errors_on_terminal() {
#if __has_include(<unistd.h>)
  return isatty(STDERR_FILENO) == 1;
#else
  return false;
#endif
}

// To the beginning of the line, and nothing behind it.
constexpr const char* wiped = "\r\033[K";

}  // namespace

progress::progress(std::string what) : what_(std::move(what)), on_terminal_(errors_on_terminal()) {}

progress::~progress() {
  if (shown_) fmt::print(stderr, "{}", wiped);
}

void progress::show_each_second(shardline::integer looked_at) {
  const clock::time_point now = clock::now();
  if (now - last_ < std::chrono::seconds(1)) return;
  last_ = now;
  shown_ = true;
  fmt::print(stderr, "{}shardline-plan: {}: {} layouts looked at", wiped, what_, looked_at);
  std::fflush(stderr);
}

}  // namespace planner
