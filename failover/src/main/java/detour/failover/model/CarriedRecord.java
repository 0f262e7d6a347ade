package detour.failover.model;

/// A record that stands at the service's name while the endpoint that carries it is answered.
///
/// What it says is nothing to the judgement: it is passed on.
///
/// @param type number of the record type, 1 to 65535
/// @param text its data as people write it
/// @param data the same as it goes out, in hexadecimal, so that equal records are equal values
public record CarriedRecord(int type, String text, String data) {}
