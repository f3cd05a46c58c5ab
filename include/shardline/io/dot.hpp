// SPDX-License-Identifier: BSL-1.0
/// The deployment graph in Graphviz' language: the operator list as nodes and edges.
///   dot -Tsvg plan.dot
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shardline/io/rank_map.hpp"
#include "shardline/io/text/units.hpp"
#include "shardline/model/blocks.hpp"

namespace shardline {

namespace detail {

// The sink that turns operators into nodes and edges. Consecutive operators of one term are one
// node. A collective is a dashed edge to what follows it; where its own sum or gathered result is
// what follows, that is a node too.
class dot_fold {
 public:
  dot_fold() { node("input\\nCPU", "ellipse", "  "); }

  void begin_stage(const rank_share& gpus) {
    gpus_ = to_text("GPU", gpus.gpus);
    text_ += "  subgraph cluster_" + std::to_string(stage_) + " {\n    label=\"stage " +
             std::to_string(stage_) + ": " + to_text("layer", gpus.layers) + ", " + gpus_ + "\";\n";
  }
  void end_stage() {
    // What the last collective gathers is a node of this stage; a hand-over leads to the next one.
    if (pending_ && !hands_over_) aggregate("gather");
    text_ += "  }\n";
    ++stage_;
    last_term_ = no_term;
  }
  [[nodiscard]] std::string finish() {
    node("output\\nCPU", "ellipse", "  ");
    constexpr std::string_view style =
        "  node [fontname=Helvetica];\n  edge [fontname=Helvetica];\n";
    return "digraph deployment {\n" + std::string(style) + text_ + edges_ + "}\n";
  }

  template <class T>
  void operator()(const collective<T>& op, integer times) {
    if (pending_) aggregate("gather");
    const bool sums =
        op.kind == collective_kind::all_reduce || op.kind == collective_kind::reduce_scatter;
    pending_ = true;
    hands_over_ = op.kind == collective_kind::send_recv;
    label_ = std::string(name(term_of(op.kind))) + " over " + group_text(op.group) + "\\n" +
             binary_bytes(value_of(op.message.value())) + repeated(times);
    times_ = times;
    last_term_ = no_term;
    if (sums) aggregate("sum");
  }
  // What is kept and what is sampled is no work to draw.
  void operator()(const sequence_cache&, integer) noexcept {}
  template <class T>
  void operator()(const logits<T>&, integer) noexcept {}
  template <class Operator>
  void operator()(const Operator& op, integer times) {
    const auto term = static_cast<std::size_t>(op.term);
    if (!pending_ && last_term_ == term && times_ == times) return;
    times_ = times;
    last_term_ = term;
    node(std::string(name(op.term)) + repeated(times) + "\\n" + gpus_, "box", "    ");
  }

 private:
  static constexpr std::size_t no_term = term_count;

  static std::string group_text(const rank_group& g) {
    const std::string size = counted(g.size, "GPU");
    return g.stride == 1 ? size : size + " " + std::to_string(g.stride) + " apart";
  }
  static std::string repeated(integer times) {
    return times == 1 ? std::string() : ", " + std::to_string(times) + " times";
  }

  void aggregate(std::string_view what) {
    node(std::string(what) + repeated(times_) + "\\n" + gpus_, "invhouse", "    ");
    last_term_ = no_term;
  }

  // A node, and the edge that leads to it: dashed for the collective under way, plain without one.
  void node(const std::string& label, std::string_view shape, std::string_view indent) {
    const std::string id = "n" + std::to_string(nodes_);
    text_ += std::string(indent) + id + " [shape=" + std::string(shape) + ", label=\"" + label +
             "\"];\n";
    if (nodes_ > 0) {
      edges_ += "  n" + std::to_string(nodes_ - 1) + " -> " + id;
      edges_ += pending_ ? " [style=dashed, label=\"" + label_ + "\"];\n" : ";\n";
    }
    ++nodes_;
    pending_ = false;
    hands_over_ = false;
  }

  std::string text_{};
  std::string edges_{};
  std::string gpus_{};
  std::string label_{};
  integer stage_ = 0;
  integer nodes_ = 0;
  integer times_ = 1;
  std::size_t last_term_ = no_term;
  bool pending_ = false;
  bool hands_over_ = false;
};

}  // namespace detail

/// The graph of one step through a deployment, in the DOT language
/// (graphviz.org/doc/info/lang.html), the layers of a stage drawn once.
///   box        compute, with the GPUs that do it and how often the stage repeats it
///   invhouse   aggregation: the sum or gathered result of a collective
///   ellipse    input and output, on the host
///   dashed     communication: collective, group and message per rank
/// One cluster per pipeline stage; bytes have their units, GPUs their index from 0. The text is the
/// same on every machine. Assumes a model, layout and step that check() accepts.
///   Llama-3.1-8B on 4 stages: 4 clusters   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_dot(const model& m, const layout& l, const basic_step<T>& s) {
  detail::dot_fold graph;
  const integer ranks = l.attention.size();
  for (integer stage = 0; stage < l.pp; ++stage) {
    graph.begin_stage({{stage * ranks, ranks}, layers_of_stage(l, m.layers.size(), stage)});
    for_each_operator(m, l, s, stage, rank_coordinates{}, graph);
    graph.end_stage();
  }
  return graph.finish();
}

}  // namespace shardline
