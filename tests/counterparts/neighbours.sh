#!/bin/bash
# A small office whose devices nobody here wrote: one network namespace each, on one switch.
# Runs inside `unshare --user --map-root-user --net --mount`; says "ready" on standard output when
# every device listens, and ends with all of them when its standard input closes.
# Usage: neighbours.sh FOLDER
set -euo pipefail
folder=$1
mkdir -p "$folder/www" "$folder/services"
mount -t tmpfs neighbours /run
trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT

at() { exec nsenter --net="/run/netns/$1" -- "${@:2}"; }

ip netns add switch
(at switch ip link add name br0 type bridge)
(at switch ip link set br0 up)
last=1
for host in scanner avahi wsdd mini lighttpd nginx gst guarded perl dlna snmpd; do
  last=$((last + 1))
  echo "$host 198.18.7.$last" >> "$folder/addresses"
  ip netns add "$host"
  ip link add name "to-$host" type veth peer name eth0 netns "$host"
  ip link set "to-$host" netns switch
  (at switch ip link set "to-$host" master br0 up)
  (at "$host" ip -batch - <<< "link set lo up
    addr add 198.18.7.$last/28 broadcast + dev eth0
    link set eth0 up
    route add 224.0.0.0/4 dev eth0")
done

# The camera that avahi announces has the MAC that it states, as ARP will show.
(at avahi ip link set eth0 address 00:40:8c:12:34:56)

# Somebody in another network: the switch is the router between the two.
ip netns add far
ip link add name to-far type veth peer name eth0 netns far
ip link set to-far netns switch
(at switch ip -batch - <<< "addr add 198.18.7.14/28 dev br0
  addr add 198.18.8.1/30 dev to-far
  link set to-far up")
echo 1 | (at switch tee /proc/sys/net/ipv4/ip_forward) > /dev/null
(at far ip -batch - <<< "link set lo up
  addr add 198.18.8.2/30 dev eth0
  link set eth0 up
  route add 198.18.7.0/28 via 198.18.8.1")
(at avahi ip route add 198.18.8.0/30 via 198.18.7.14)

echo '<title>Staff documents</title>' > "$folder/www/index.html"

# It makes its runtime folder for the user "avahi", who does not exist in this user namespace.
printf 'root:x:0:0::/:/bin/sh\navahi:x:0:0::/:/bin/sh\n' > "$folder/passwd"
printf 'root:x:0:\navahi:x:0:\n' > "$folder/group"
cat > "$folder/services/axis.service" <<'XML'
<?xml version="1.0"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name>AXIS M1065-LW - 00408C123456</name>
  <service>
    <type>_axis-video._tcp</type><port>80</port><txt-record>macaddress=00408C123456</txt-record>
  </service>
  <service><type>_http._tcp</type><port>80</port></service>
</service-group>
XML
cat > "$folder/avahi.conf" <<'CONF'
[server]
host-name=axis-00408c123456
use-ipv6=no
enable-dbus=no
[publish]
publish-workstation=no
CONF
unshare --mount bash -c '
  mount --bind "$0/services" /etc/avahi/services
  mount --bind "$0/passwd" /etc/passwd
  mount --bind "$0/group" /etc/group
  exec nsenter --net=/run/netns/avahi -- \
    avahi-daemon --file "$0/avahi.conf" --no-drop-root --no-chroot --no-rlimits
' "$folder" > "$folder/avahi.log" 2>&1 < /dev/null &

at wsdd wsdd --interface eth0 --ipv4only --hostname NASBOX \
  > "$folder/wsdd.log" 2>&1 < /dev/null &

# As root it would give up groups, which this user namespace does not let it: so it is not root.
echo 0 | (at mini tee /proc/sys/net/ipv4/ip_unprivileged_port_start) > /dev/null
at mini unshare --user mini_httpd -D -p 80 -d "$folder/www" -i "$folder/mini.pid" \
  > "$folder/mini.log" 2>&1 < /dev/null &

cat > "$folder/lighttpd.conf" <<CONF
server.document-root = "$folder/www"
server.port = 80
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html")
CONF
at lighttpd lighttpd -D -f "$folder/lighttpd.conf" > "$folder/lighttpd.log" 2>&1 < /dev/null &

cat > "$folder/nginx.conf" <<CONF
user root; daemon off; master_process off; pid $folder/nginx.pid; error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path $folder/nginx-1; proxy_temp_path $folder/nginx-2;
  fastcgi_temp_path $folder/nginx-3; uwsgi_temp_path $folder/nginx-4; scgi_temp_path $folder/nginx-5;
  server { listen 80; root $folder/www; }
}
CONF
at nginx nginx -e stderr -c "$folder/nginx.conf" > "$folder/nginx.log" 2>&1 < /dev/null &

# Its community is a secret of this run, which the tests wrote into a file of its own.
mkdir -p "$folder/snmp"
(umask 077; echo "rocommunity $(< "$folder/community") default" > "$folder/snmpd.conf")
SNMP_PERSISTENT_DIR=$folder/snmp at snmpd snmpd -f -Lo -C -c "$folder/snmpd.conf" -p "$folder/snmpd.pid" \
  udp:161 > "$folder/snmpd.log" 2>&1 < /dev/null &
mkdir -p "$folder/media" "$folder/dlna"
cat > "$folder/minidlna.conf" <<CONF
port=8200
network_interface=eth0
friendly_name=Staff room music
media_dir=$folder/media
db_dir=$folder/dlna
log_dir=$folder/dlna
inotify=no
serial=12345678
model_number=1
CONF
at dlna minidlnad -S -P "$folder/dlna/pid" -f "$folder/minidlna.conf" \
  > "$folder/dlna.log" 2>&1 < /dev/null &
# Their own Python and Perl: none of our libraries is in their way.
streamer=$(dirname "${BASH_SOURCE[0]}")/streamer.py
(
  unset PYTHONPATH VIRTUAL_ENV
  at gst /usr/bin/python3 "$streamer" 554
) > "$folder/gst.log" 2>&1 < /dev/null &
(
  unset PYTHONPATH VIRTUAL_ENV
  at guarded /usr/bin/python3 "$streamer" 8554 "Ward 7"
) > "$folder/guarded.log" 2>&1 < /dev/null &
at perl rtsp-server-perl --clientport 554 --serverport 5545 > "$folder/perl.log" 2>&1 < /dev/null &

# The port is in hexadecimal. A server that takes both families shows under IPv6 alone.
listens() { (at "$1" grep -q ":$3 " "/proc/net/$2" "/proc/net/${2}6"); }
for _ in $(seq 100); do
  if listens avahi udp 14E9 && listens wsdd udp 0E76 && listens mini tcp 0050 &&
    listens lighttpd tcp 0050 && listens nginx tcp 0050 &&
    listens dlna udp 076C && listens dlna tcp 2008 &&
    listens gst tcp 022A && listens guarded tcp 216A && listens perl tcp 022A &&
    listens snmpd udp 00A1; then
    echo ready
    cat > /dev/null
    exit 0
  fi
  sleep 0.1
done
tail -n 5 "$folder"/*.log >&2
exit 1
