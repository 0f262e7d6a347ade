package detour.server.metrics;

/// Everything that is counted one by one, each with what one increment means.
public enum Counter {
  /// A probe's outcome arrived for a target that is no longer in the configuration.
  OBSERVATIONS_DROPPED(
      "detour_observations_dropped",
      "Probe outcomes for targets that were no longer in the configuration."),
  /// The publish thread swapped in a new answer table.
  ANSWER_TABLES_PUBLISHED("detour_answer_tables_published", "Answer tables swapped in."),
  /// The store could not write a change; the decision stood all the same.
  STORE_FAILURES("detour_store_failures", "Changes that the store could not write."),
  /// A result came while this vantage did not trust what it sees, or from a probe of that time; it
  /// is shown and does not count.
  OBSERVATIONS_DISTRUSTED(
      "detour_observations_distrusted", "Results not counted because this vantage was impaired."),
  /// A result that would have taken a target down had to wait for a witness that passes.
  DECISIONS_HELD("detour_decisions_held", "Decisions that had to wait for a witness."),
  /// Nearly everything failed at once, and no verdict changed from then on.
  GUARD_TRIPPED("detour_guard_tripped", "Times this vantage ceased to trust what it sees."),
  /// A decision threw: a fault of ours; the answers stayed as they were.
  PUBLISH_FAILURES("detour_publish_failures", "Decisions that ended in an error of this program."),
  /// A transaction was sent to the cluster's store.
  CLUSTER_COMMITS("detour_cluster_commits", "Transactions sent to the cluster's store."),
  /// A transaction did not reach the cluster's store, or was not taken; counted among those sent.
  CLUSTER_COMMITS_FAILED(
      "detour_cluster_commits_failed", "Transactions that the cluster's store did not take."),
  /// A key was written or removed by a transaction that was sent.
  CLUSTER_WRITES("detour_cluster_writes", "Keys written to the cluster's store."),
  /// This node moved a latch, or asked to, and another had moved it first.
  CLUSTER_RACES_LOST("detour_cluster_races_lost", "Latches that another node moved first."),
  /// A heartbeat told another digest of opinions than was heard, twice, so that all was listed
  /// anew.
  CLUSTER_DIGESTS_DIFFERED(
      "detour_cluster_digests_differed", "Times that opinions of another node had been missed."),
  /// A configuration from the cluster's store could not be applied here; the one before stayed.
  CONFIGURATIONS_REFUSED(
      "detour_configurations_refused",
      "Configurations of the cluster's store that were refused here."),
  /// A step of the cluster threw: a fault of ours.
  CLUSTER_FAILURES("detour_cluster_failures", "Cluster steps that ended in an error of ours."),
  /// A probe was started.
  PROBES_STARTED("detour_probes_started", "Probes started."),
  /// A probe was started more than 100 ms after its time.
  PROBES_STARTED_LATE(
      "detour_probes_started_late", "Probes started more than 100 ms after their time."),
  /// A probe had to wait because as many as may be were under way; it started later.
  PROBES_DEFERRED("detour_probes_deferred", "Probes that waited for others to end."),
  /// A probe could not be made because this machine had no socket, port or memory left, or could
  /// not read the certificates to trust; it is tried again and says nothing about the endpoint.
  PROBES_NOT_STARTED(
      "detour_probes_not_started", "Probes that this machine could not make; tried again."),
  /// A probe was long overdue, and the confirming probes were started before its timeout.
  SUSPICIONS(
      "detour_suspicions", "Probes that were overdue, so that confirming ones were started early."),
  /// A suspicion ended because the overdue probe was answered, or one that started later passed.
  SUSPICIONS_IN_VAIN("detour_suspicions_in_vain", "Suspicions of endpoints that were well."),
  /// An idle connection held to an endpoint was lost, and a probe was started at once.
  TRIPWIRES_SPRUNG(
      "detour_tripwires_sprung", "Idle connections that were lost, so that a probe was started."),
  /// The probe that a lost connection started has passed; counted among those sprung.
  TRIPWIRE_FALSE_ALARMS(
      "detour_tripwire_false_alarms", "Lost connections of endpoints that were well."),
  /// A connection was not opened because as many were held as may be; its endpoint is checked
  /// without one, and it is tried again.
  TRIPWIRES_REFUSED(
      "detour_tripwires_refused", "Tripwires not opened because of the limit of open files."),
  /// A watched host name could not be resolved; its last good addresses stand.
  RESOLUTIONS_FAILED("detour_resolutions_failed", "Watched host names that did not resolve."),
  /// What was asked of the cluster's store was not done: it could not be reached, or refused.
  CLUSTER_STORE_FAILURES(
      "detour_cluster_store_failures", "Requests that the cluster's store did not do."),
  /// The whole of what the cluster shares was read: at a start, after a doubt, and at long
  /// intervals.
  CLUSTER_LISTINGS("detour_cluster_listings", "Times all that the cluster shares was read."),
  /// A watch of the cluster's store ended without this server having asked for it.
  CLUSTER_WATCHES_LOST(
      "detour_cluster_watches_lost", "Watches of the cluster's store that ended by themselves."),
  /// A watch of the cluster's store did not tell of a change that a read showed; it was replaced.
  CLUSTER_WATCHES_SILENT(
      "detour_cluster_watches_silent", "Watches of the cluster's store that missed a change."),
  /// A UDP socket reported an error instead of datagrams.
  UDP_RECEIVE_FAILURES(
      "detour_udp_receive_failures", "Errors that UDP sockets reported instead of datagrams."),
  /// A UDP response was made and could not be sent; its query is among the queries counted.
  UDP_SEND_FAILURES("detour_udp_send_failures", "UDP responses that could not be sent."),
  /// A datagram was empty or longer than 4096 octets and was dropped unread; it is not among the
  /// queries counted.
  UDP_UNREADABLE("detour_udp_unreadable", "Datagrams dropped as empty or too long."),
  /// A TCP connection was accepted within the limits.
  TCP_CONNECTIONS_ACCEPTED("detour_tcp_connections_accepted", "TCP connections accepted."),
  /// A TCP connection was closed at once, for it was above a limit.
  TCP_CONNECTIONS_REFUSED(
      "detour_tcp_connections_refused", "TCP connections closed at once, above a limit."),
  /// An idle TCP connection was closed early to make room for a new one at the limit.
  TCP_CONNECTIONS_EVICTED(
      "detour_tcp_connections_evicted", "Idle TCP connections closed to make room for new ones."),
  /// A TCP connection was closed because no complete query came within the idle timeout.
  TCP_CONNECTIONS_TIMED_OUT(
      "detour_tcp_connections_timed_out", "TCP connections closed after the idle timeout."),
  /// A TCP connection was closed because its client did not read its responses.
  TCP_SLOW_READERS_DROPPED(
      "detour_tcp_slow_readers_dropped", "TCP connections closed because the client did not read."),
  /// A TCP connection was closed because what it sent cannot be a DNS message.
  TCP_GARBAGE("detour_tcp_garbage", "TCP connections closed for what is no DNS message."),
  /// A TLS handshake was completed; a session that was resumed is one too.
  TLS_HANDSHAKES("detour_tls_handshakes", "TLS handshakes completed."),
  /// A connection to a TLS address ended before its handshake did: other protocols, versions or
  /// ciphers that will not do, clients that do not accept the certificate or say nothing.
  TLS_HANDSHAKES_FAILED("detour_tls_handshakes_failed", "TLS handshakes that were not completed."),
  /// The files of the certificate had changed, and the new one is shown from now on.
  TLS_CERTIFICATES_REPLACED(
      "detour_tls_certificates_replaced", "Times the certificate was replaced by a changed one."),
  /// The files of the certificate had changed and will not do; the one before is still shown.
  TLS_CERTIFICATES_REFUSED(
      "detour_tls_certificates_refused", "Times a changed certificate would not do."),
  /// A caller of the API showed a token that is none, or no longer one.
  API_TOKENS_REFUSED("detour_api_tokens_refused", "Requests with a token that is none."),
  /// A request to the API came when its address had made as many as it may.
  API_REQUESTS_LIMITED(
      "detour_api_requests_limited", "Requests refused for coming too fast from one address."),
  /// What came from a proxy's address had no PROXY header and was dropped.
  PROXY_HEADERS_MISSING(
      "detour_proxy_headers_missing",
      "Datagrams and connections of proxies dropped for having no PROXY header."),
  /// What came from a proxy's address had a PROXY header that cannot be read and was dropped.
  PROXY_HEADERS_MALFORMED(
      "detour_proxy_headers_malformed",
      "Datagrams and connections of proxies dropped for a malformed PROXY header."),
  /// A message was handed to the connection of the receiver of dnstap.
  DNSTAP_FRAMES("detour_dnstap_frames", "Messages sent by dnstap."),
  /// The receiver of dnstap could not be reached, did not speak Frame Streams, or left.
  DNSTAP_CONNECTIONS_FAILED(
      "detour_dnstap_connections_failed", "Connections of dnstap that failed or were lost."),
  /// The collector took all metrics.
  TELEMETRY_PUSHES("detour_telemetry_pushes", "Pushes of metrics that the collector took."),
  /// The collector could not be reached, or did not take the metrics.
  TELEMETRY_FAILURES("detour_telemetry_failures", "Pushes of metrics that failed."),
  /// A query or a batch of them ended in an error of this program; it was dropped, and a log line
  /// tells.
  LISTENER_FAILURES("detour_listener_failures", "Queries dropped by an error of this program.");

  private final String metricName;
  private final String help;

  Counter(String metricName, String help) {
    this.metricName = metricName;
    this.help = help;
  }

  /// Prometheus name without the `_total` suffix.
  public String metricName() {
    return metricName;
  }

  /// One line for the exposition.
  public String help() {
    return help;
  }
}
