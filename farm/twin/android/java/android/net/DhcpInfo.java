package android.net;

/** What the access point told the phone: addresses as numbers, lowest byte first. */
public class DhcpInfo {
    public int ipAddress;
    public int gateway;
    public int netmask;
    public int dns1;
    public int dns2;
    public int serverAddress;
    public int leaseDuration;
}
