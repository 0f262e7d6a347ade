package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.CarriedRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What endpoints may carry, and what is said where they may not.
final class CarriedRecordTextTest {
  private static final String ZONE =
      """
      $TTL 300
      @ SOA ns1 hostmaster 1 3600 900 1209600 30
      @ NS ns1.example.net.
      taken MX 10 mail
      addressed A 192.0.2.1
      """;

  @TempDir Path folder;

  @Test
  void shouldReadDataAsInAZoneFileWithNamesInFull() {
    CarriedRecord record = CarriedRecordText.type().read().apply("srv 10 60 5060 SIP.example.com");
    assertThat(record)
        .isEqualTo(
            new CarriedRecord(
                33,
                "10 60 5060 SIP.example.com.",
                "000a003c13c403534950076578616d706c6503636f6d00"));
    assertThat(CarriedRecordText.type().read().apply("TYPE65280 \\# 2 0102"))
        .isEqualTo(new CarriedRecord(65280, "\\# 2 0102", "0102"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          A 192.0.2.1          | addresses are answered from `address`, not from records
          CNAME www            | records of type CNAME cannot depend on an endpoint
          SOA a b 1 2 3 4 5    | records of type SOA cannot depend on an endpoint
          ANY x                | records of type ANY cannot depend on an endpoint
          MIX 10 mail          | 'MIX' is no record type
          MX mail              | the data ends too early: expected a preference and a domain name
          MX                   | a record type and its data
          """)
  void shouldSayWhatEndpointsCannotCarry(String record, String problem) throws IOException {
    assertThat(problems("x.example.com", "false", "'" + record + "'"))
        .singleElement()
        .asString()
        .contains(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          x.example.com         | null  | MX 10 a.example.com | say with 'addresses: true' or 'addresses: false'
          taken.example.com     | false | MX 10 a.example.com | the zone has MX records there, as the endpoints do
          addressed.example.com | true  | MX 10 a.example.com | the zone has A, AAAA or CNAME records there
          """)
  void shouldRefuseWhatContradictsTheZoneOrIsNotSaid(
      String name, String addresses, String record, String problem) throws IOException {
    assertThat(problems(name, addresses, record)).singleElement().asString().contains(problem);
  }

  @Test
  void shouldRefuseAServiceThatAnswersNothing() throws IOException {
    assertThat(problems("x.example.com", "false", ""))
        .singleElement()
        .asString()
        .contains("the service has nothing to answer");
  }

  @Test
  void shouldLeaveAddressesToTheZoneWhereTheServiceHasNone() throws IOException {
    assertThat(problems("addressed.example.com", "false", "MX 10 a.example.com")).isEmpty();
  }

  private List<String> problems(String name, String addresses, String records) throws IOException {
    Files.writeString(folder.resolve("zone"), ZONE);
    String yaml =
        """
        zones: [{ name: example.com, file: zone }]
        services:
          - name: %s
            %s
            check: none
            pools: [{ endpoints: [{ address: 192.0.2.10%s }] }]
        """
            .formatted(
                name,
                addresses.equals("null") ? "" : "addresses: " + addresses,
                records.isEmpty() ? "" : ", records: " + records);
    Path file = Files.writeString(folder.resolve("detour.yaml"), yaml);
    ConfigurationReader.Result result = ConfigurationReader.read(file, PublishedKinds.ALL);
    return result instanceof ConfigurationReader.Result.Invalid invalid
        ? invalid.problems().stream().map(Problem::toString).toList()
        : List.of();
  }
}
