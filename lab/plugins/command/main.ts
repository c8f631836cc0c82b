import { main } from "../plugin";
import { command } from "./command";

void main(command);
