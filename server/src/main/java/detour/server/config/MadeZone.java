package detour.server.config;

import detour.dns.wire.Name;
import detour.dns.zone.ZoneException;
import detour.failover.model.Service;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/// Makes the SOA and NS records of a zone without a file.
///
/// The serial is a checksum of what the records and names of the zone are made from, so nodes with
/// the same configuration serve the same serial and it changes when they do. It does not grow with
/// time: nothing transfers such a zone.
final class MadeZone {
  private static final int NS = 2;
  private static final int SOA = 6;
  private static final int REFRESH_SECONDS = 3_600;
  private static final int RETRY_SECONDS = 900;
  private static final int EXPIRE_SECONDS = 1_209_600;

  /// What an absence is kept for at most, so that a service that begins to answer is found soon.
  private static final long MOST_NEGATIVE_TTL_SECONDS = 30;

  private MadeZone() {}

  /// @param services those inside the zone
  /// @throws IllegalArgumentException when a name is too long
  static void write(
      ZoneDeclaration.Made declared, List<Service> services, ZoneFileReader.RecordSink sink)
      throws ZoneException {
    Name origin = Name.parse(declared.name());
    long ttl = declared.ttl().toSeconds();
    sink.add(origin, SOA, ttl, startOfAuthority(declared, services));
    for (String nameServer : declared.nameServers()) {
      sink.add(origin, NS, ttl, Name.parse(nameServer).toWire());
    }
  }

  private static byte[] startOfAuthority(ZoneDeclaration.Made declared, List<Service> services) {
    String admin = declared.admin() == null ? "hostmaster." + declared.name() : declared.admin();
    long negativeTtl =
        services.stream()
            .mapToLong(service -> service.ttl().toSeconds())
            .reduce(MOST_NEGATIVE_TTL_SECONDS, Math::min);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(Name.parse(declared.nameServers().getFirst()).toWire());
      out.write(Name.parse(admin).toWire());
      out.writeInt((int) serial(declared, admin, services));
      out.writeInt(REFRESH_SECONDS);
      out.writeInt(RETRY_SECONDS);
      out.writeInt(EXPIRE_SECONDS);
      out.writeInt((int) negativeTtl);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static long serial(ZoneDeclaration.Made declared, String admin, List<Service> services) {
    StringBuilder content = new StringBuilder();
    content.append(declared.name()).append('\n').append(admin).append('\n').append(declared.ttl());
    declared.nameServers().forEach(name -> content.append('\n').append(name));
    services.forEach(
        service -> content.append('\n').append(service.owner()).append(' ').append(service.ttl()));
    CRC32 sum = new CRC32();
    sum.update(content.toString().getBytes(StandardCharsets.UTF_8));
    // Zero is legal but reads like an accident.
    return Math.max(1, sum.getValue());
  }
}
