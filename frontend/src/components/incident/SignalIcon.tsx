import {
  AppWindow,
  AudioLines,
  BookOpen,
  CameraOff,
  Clipboard,
  Eye,
  Images,
  Laptop,
  MicOff,
  Minimize2,
  MonitorSmartphone,
  MonitorUp,
  PersonStanding,
  ScreenShareOff,
  Smartphone,
  SquareStack,
  UserSearch,
  UserX,
  Users,
  Webcam,
  WifiOff,
  type LucideIcon,
} from 'lucide-react';
import type { Signal } from '@/api/types';

const ICONS: Record<Signal, LucideIcon> = {
  no_face: UserX,
  multiple_faces: Users,
  different_person: UserSearch,
  person_in_background: PersonStanding,
  looking_away: Eye,
  phone: Smartphone,
  book: BookOpen,
  laptop: Laptop,
  speech: AudioLines,
  microphone_muted: MicOff,
  tab_hidden: SquareStack,
  window_blur: AppWindow,
  fullscreen_exit: Minimize2,
  clipboard: Clipboard,
  screen_share_stopped: ScreenShareOff,
  second_screen: MonitorUp,
  second_device: MonitorSmartphone,
  connection_lost: WifiOff,
  camera_blocked: CameraOff,
  virtual_camera: Webcam,
  spoof: Images,
};

/** For the eye that runs over a list; the name stands beside it. A signal of a newer server has none. */
export function SignalIcon({ signal, size = 14 }: { signal: Signal; size?: number }) {
  const Icon = (ICONS as Partial<Record<Signal, LucideIcon>>)[signal];
  return Icon === undefined ? null : <Icon size={size} aria-hidden />;
}
